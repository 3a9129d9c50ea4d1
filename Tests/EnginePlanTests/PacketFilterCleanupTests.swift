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

    @Test func deletesExactlyTheEnginesRules() {
        let script = PacketFilterCleanup.script(before: EngineRules.before, after: EngineRules.after())
        let deleted = lines(script).filter { $0.hasPrefix("-D ") }
        let expected = rules(EngineRules.filter) + rules(EngineRules.nat)
        #expect(Set(deleted) == Set(expected.map { "-D" + $0.dropFirst(2) }))
        #expect(deleted.count == expected.count)
    }

    @Test func removesItsChainsAndRestoresThePolicy() {
        let script = PacketFilterCleanup.script(before: EngineRules.before, after: EngineRules.after())
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
        #expect(PacketFilterCleanup.script(before: state, after: state) == nil)
    }

    @Test func rulesOfOthersAlone() {
        let added = EngineRules.before.replacing("COMMIT", with: "-A OUTPUT -d 10.0.0.1/32 -j ACCEPT\nCOMMIT")
        #expect(PacketFilterCleanup.script(before: EngineRules.before, after: added) == nil)
    }

    /// Rules of an engine that ran before this one are not ours to remove.
    @Test func whatWasThereStays() {
        let after = EngineRules.after().replacing(
            "-A DOCKER -i docker0 -j RETURN",
            with: "-A DOCKER -i docker0 -j RETURN\n-A DOCKER -i docker0 -j RETURN")
        let script = PacketFilterCleanup.script(before: EngineRules.after(), after: after)
        #expect(script == "*nat\n-D DOCKER -i docker0 -j RETURN\nCOMMIT\n")
    }

    /// The tables were not there before: their chains accepted everything, and do so again.
    @Test func policyOfATableThatIsNew() {
        let script = PacketFilterCleanup.script(before: "", after: EngineRules.after())
        #expect(lines(script).filter { $0.hasPrefix(":") } == [":FORWARD ACCEPT [0:0]"])
        #expect(PacketFilterCleanup.script(before: "", after: "*nat\n:INPUT ACCEPT [0:0]\nCOMMIT\n") == nil)
    }

    /// A bridge of any name, by `com.docker.network.bridge.name` or `--bridge`.
    @Test func bridgesWithNamesOfTheirOwn() {
        let renamed = EngineRules.after(
            engine: (
                EngineRules.filter.replacing("br-55840391131c", with: "mynet"),
                EngineRules.nat.replacing("br-55840391131c", with: "mynet")
            ))
        let script = PacketFilterCleanup.script(before: EngineRules.before, after: renamed)
        let deleted = lines(script).filter { $0.hasPrefix("-D ") }
        #expect(deleted.count == rules(EngineRules.filter).count + rules(EngineRules.nat).count)
        #expect(deleted.contains("-D POSTROUTING -s 172.19.0.0/16 ! -o mynet -j MASQUERADE"))
    }

    @Test(arguments: [
        "-A FORWARD -m comment --comment docker0 -j ACCEPT", "-A FORWARD -i br-lan -j ACCEPT",
        "-A FORWARD -i eth0 -j DOCKERLIKE", "-A POSTROUTING -s 10.0.0.1/32 -d 10.0.0.2/32 -j MASQUERADE",
        "-A INPUT -s 10.0.0.1/32 -d 10.0.0.1/32 -j ACCEPT",
    ])
    func rulesThatOnlyLookLikeIt(rule: String) {
        let after = EngineRules.before.replacing("COMMIT", with: rule + "\nCOMMIT")
        #expect(PacketFilterCleanup.script(before: EngineRules.before, after: after) == nil)
    }

    @Test(arguments: [
        "garbage", "*", "*filter", "-A FORWARD -j DOCKER", ":x", "*nat\n:\n:a\n-A\n-A \nCOMMIT", "\0",
    ])
    func hostileInput(text: String) {
        #expect(PacketFilterCleanup.script(before: text, after: text) == nil)
        #expect(PacketFilterCleanup.script(before: text, after: "") == nil)
        _ = PacketFilterCleanup.script(before: "", after: text)
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
        let script = try #require(PacketFilterCleanup.script(before: before.output, after: after.output))
        let cleaned = try #require(
            Self.shell(
                load(EngineRules.after()) + "\(command)-restore --noflush -w 5 <<'END'\n\(script)END\n" + save
            ))
        #expect(cleaned.status == 0)
        let expected = others.map { line in
            String(line.replacing(":FORWARD DROP", with: ":FORWARD ACCEPT").prefix { $0 != "[" })
        }
        #expect(Set(state(cleaned.output)) == Set(expected))
        #expect(PacketFilterCleanup.script(before: before.output, after: cleaned.output) == nil)
    }
}
