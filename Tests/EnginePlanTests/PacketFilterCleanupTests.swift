import EnginePlan
import Foundation
import HostFacts
import Testing

struct PacketFilterCleanupTests {
    private func rules(_ text: String) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix("-A ") }.map(String.init)
    }

    private func lines(_ script: String?) -> [String] {
        script?.split(separator: "\n").map(String.init) ?? []
    }

    private func script(
        _ before: String, _ after: String, isShared: Bool = false, closedForwarding: Bool = true
    ) -> String? {
        PacketFilterCleanup.script(
            before: before, after: after,
            ownership: NamespaceOwnership(made: EngineRules.traces, isShared: isShared),
            closedForwarding: closedForwarding)
    }

    @Test func deletesExactlyTheEnginesRules() {
        let script = self.script(EngineRules.before, EngineRules.after())
        let deleted = lines(script).filter { $0.hasPrefix("-D ") }
        let expected = rules(EngineRules.filter) + rules(EngineRules.nat)
        #expect(Set(deleted) == Set(expected.map { "-D" + $0.dropFirst(2) }))
        #expect(deleted.count == expected.count)
    }

    @Test func removesItsChainsAndRestoresThePolicy() {
        let script = self.script(EngineRules.before, EngineRules.after())
        let lines = lines(script)
        #expect(lines.filter { $0.hasPrefix(":") } == [":FORWARD ACCEPT [0:0]"])
        #expect(
            lines.filter { $0.hasPrefix("-X") } == [
                "-X DOCKER", "-X DOCKER-ISOLATION-STAGE-1", "-X DOCKER-ISOLATION-STAGE-2", "-X DOCKER-USER",
                "-X DOCKER",
            ])
        #expect(
            lines.filter { $0.hasPrefix("*") || $0 == "COMMIT" } == ["*filter", "COMMIT", "*nat", "COMMIT"])
    }

    @Test(arguments: [EngineRules.before, EngineRules.after(), ""])
    func nothingCame(state: String) {
        #expect(script(state, state) == nil)
    }

    @Test func rulesOfOthersAlone() {
        let added = EngineRules.before.replacing("COMMIT", with: "-A OUTPUT -d 10.0.0.1/32 -j ACCEPT\nCOMMIT")
        #expect(script(EngineRules.before, added) == nil)
    }

    /// Rules of an engine that ran before this one are not ours to remove.
    @Test func whatWasThereStays() {
        let after = EngineRules.after().replacing(
            "-A DOCKER -i docker0 -j RETURN",
            with: "-A DOCKER -i docker0 -j RETURN\n-A DOCKER -i docker0 -j RETURN")
        let script = self.script(EngineRules.after(), after)
        #expect(script == "*nat\n-D DOCKER -i docker0 -j RETURN\nCOMMIT\n")
    }

    /// The tables were not there before: their chains accepted everything, and do so again.
    @Test func policyOfATableThatIsNew() {
        let script = self.script("", EngineRules.after())
        #expect(lines(script).filter { $0.hasPrefix(":") } == [":FORWARD ACCEPT [0:0]"])
        #expect(self.script("", "*nat\n:INPUT ACCEPT [0:0]\nCOMMIT\n") == nil)
    }

    /// A bridge of any name, by `com.docker.network.bridge.name` or `--bridge`.
    @Test func bridgesWithNamesOfTheirOwn() {
        let renamed = EngineRules.after(
            engine: (
                EngineRules.filter.replacing("br-55840391131c", with: "mynet"),
                EngineRules.nat.replacing("br-55840391131c", with: "mynet")
            ))
        let script = self.script(EngineRules.before, renamed)
        let deleted = lines(script).filter { $0.hasPrefix("-D ") }
        #expect(deleted.count == rules(EngineRules.filter).count + rules(EngineRules.nat).count)
        #expect(deleted.contains("-D POSTROUTING -s 172.19.0.0/16 ! -o mynet -j MASQUERADE"))
    }

    @Test(arguments: [
        "-A FORWARD -m comment --comment docker0 -j ACCEPT", "-A FORWARD -i br-lan -j ACCEPT",
        "-A FORWARD -i eth0 -j DOCKERLIKE", "-A POSTROUTING -s 10.0.0.1/32 -d 10.0.0.2/32 -j MASQUERADE",
        "-A INPUT -s 10.0.0.1/32 -d 10.0.0.1/32 -j ACCEPT",
        // Not an address of the engine's networks.
        "-A POSTROUTING -s 10.0.0.1/32 -d 10.0.0.1/32 -p tcp -m tcp --dport 80 -j MASQUERADE",
        // A VPN that lets nested containers in.
        "-A FORWARD -i docker0 -o wg0 -j ACCEPT", "-A FORWARD -i wg0 -o br-55840391131c -j ACCEPT",
    ])
    func rulesThatOnlyLookLikeIt(rule: String) {
        let after = EngineRules.before.replacing("COMMIT", with: rule + "\nCOMMIT")
        #expect(script(EngineRules.before, after) == nil)
    }

    @Test(arguments: [
        "garbage", "*", "*filter", "-A FORWARD -j DOCKER", ":x", "*nat\n:\n:a\n-A\n-A \nCOMMIT", "\0",
    ])
    func hostileInput(text: String) {
        #expect(script(text, text) == nil)
        #expect(script(text, "") == nil)
        _ = script("", text)
    }

    // MARK: - Others in the namespace

    /// What came while the engine ran, and is none of its business.
    @Test(arguments: [EngineRules.mesh, EngineRules.vpn])
    func rulesThatCameMeanwhileStay(others: String) {
        let script = script(EngineRules.before, EngineRules.after() + others)
        #expect(script == self.script(EngineRules.before, EngineRules.after()))
        #expect(self.script(EngineRules.before, EngineRules.before + others) == nil)
    }

    /// A second engine came later: it shares the chains, and its rules and its bridge are its own.
    @Test func ofTwoEnginesOnlyOneGoes() {
        let script = script(EngineRules.before, EngineRules.withNeighbour, isShared: true)
        let lines = lines(script)
        #expect(!lines.isEmpty)
        #expect(!lines.contains { $0.hasPrefix("-F") || $0.hasPrefix("-X") || $0.hasPrefix(":") })
        #expect(!lines.contains { $0.contains("br-0123456789ab") || $0.contains("172.30.") })
        #expect(
            !lines.contains { $0.hasSuffix("-j DOCKER-USER") || $0.hasSuffix("--dst-type LOCAL -j DOCKER") })
        let own = rules(EngineRules.filter + "\n" + EngineRules.nat).filter {
            $0.contains("docker0") || $0.contains("br-55840391131c") || $0.contains("172.19.0.2")
        }
        #expect(Set(lines.filter { $0.hasPrefix("-D") }) == Set(own.map { "-D" + $0.dropFirst(2) }))
    }

    /// FORWARD was closed by somebody else, or not by us.
    @Test(arguments: [("ACCEPT", false), ("DROP", true)])
    func aPolicyOfOthersStays(before: String, closedForwarding: Bool) {
        let old = EngineRules.before.replacing(":FORWARD ACCEPT", with: ":FORWARD \(before)")
        let script = script(old, EngineRules.after(), closedForwarding: closedForwarding)
        #expect(!lines(script).contains { $0.hasPrefix(":") })
    }

    /// Whatever others do to the other built-in chains is theirs.
    @Test func onlyForwardIsPutBack() {
        let after = EngineRules.after(policy: "ACCEPT").replacing(":INPUT ACCEPT", with: ":INPUT DROP")
        #expect(!lines(script(EngineRules.before, after)).contains { $0.hasPrefix(":") })
    }

    // MARK: - dockerd 29's own tables

    private let otherTables = "table ip filter\ntable inet firewalld\ntable ip kube-proxy\n"
    private let engineTables = "table ip docker-bridges\ntable ip6 docker-bridges\n"

    @Test func theEnginesTablesGo() {
        func deletions(before: String, isShared: Bool = false) -> [String] {
            NFTablesCleanup.deletions(
                before: before, after: otherTables + engineTables,
                ownership: NamespaceOwnership(made: EngineRules.traces, isShared: isShared))
        }
        #expect(deletions(before: "table ip filter\n") == ["ip docker-bridges", "ip6 docker-bridges"])
        #expect(deletions(before: engineTables) == [])
        #expect(deletions(before: "", isShared: true) == [])
    }

    // MARK: - With the real commands, in a network namespace that goes with the shell

    /// Whether a backend works in a new network namespace; without root it never does.
    static let usableBackends = PacketFilterBackend.allCases.filter { backend in
        shell("iptables-\(backend.rawValue) -w 5 -t nat -nL >/dev/null")?.status == 0
    }

    private static func shell(_ script: String) -> (status: Int32, output: String)? {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["PATH=/usr/sbin:/sbin:/usr/bin:/bin", "unshare", "--net", "sh", "-euc", script]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    private func state(_ save: String) -> [String] {
        save.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            // Counters differ.
            String(line.prefix { $0 != "[" })
        }
    }

    @Test(
        .enabled(if: !usableBackends.isEmpty, "needs root, unshare and iptables"), .serialized,
        arguments: usableBackends)
    func theScriptWorks(backend: PacketFilterBackend) throws {
        let command = "iptables-\(backend.rawValue)"
        func load(_ text: String) -> String { "\(command)-restore -w 5 <<'END'\n\(text)END\n" }
        let others = EngineRules.after(engine: ("-A FORWARD -j ACCEPT", "")).split(separator: "\n")
            .filter { !$0.contains("DOCKER") && $0 != "-A FORWARD -j ACCEPT" }.map(String.init)
        let save = "\(command)-save"
        let before = try #require(Self.shell(load(EngineRules.before) + save))
        let after = try #require(Self.shell(load(EngineRules.after()) + save))
        try #require(before.status == 0 && after.status == 0)
        let script = try #require(self.script(before.output, after.output))
        let cleaned = try #require(
            Self.shell(
                load(EngineRules.after()) + "\(command)-restore --noflush -w 5 <<'END'\n\(script)END\n" + save
            ))
        #expect(cleaned.status == 0)
        let expected = others.map { line in
            String(line.replacing(":FORWARD DROP", with: ":FORWARD ACCEPT").prefix { $0 != "[" })
        }
        #expect(Set(state(cleaned.output)) == Set(expected))
        #expect(self.script(before.output, cleaned.output) == nil)
    }
}
