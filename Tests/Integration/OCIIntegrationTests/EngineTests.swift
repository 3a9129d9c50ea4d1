import Foundation
import TestSupport
import Testing

/// One private dockerd with the wrapper as its default runtime, for all tests of a suite.
struct WithEngine: SuiteTrait, TestScoping {
    struct Shared: @unchecked Sendable {
        // The suite is serialized: one test at a time uses it.
        let engine: PrivateDockerEngine
    }

    @TaskLocal static var shared: Shared?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        var options = PrivateDockerEngine.Options()
        options.runtimes = ["kinkajou": try BuiltBinary.path("kinkajou-oci")]
        options.defaultRuntime = "kinkajou"
        let engine = try PrivateDockerEngine(options)
        defer { engine.stop() }
        try engine.makeImage(named: "busybox")
        try await Self.$shared.withValue(Shared(engine: engine)) { try await function() }
    }
}

extension Trait where Self == WithEngine {
    static var withEngine: Self { Self() }
}

@Suite(
    "Default runtime of a dockerd", .serialized,
    .needs(.engine),
    .withEngine, .timeLimit(.minutes(20)))
struct EngineTests {
    let engine: PrivateDockerEngine

    init() throws {
        engine = try #require(WithEngine.shared).engine
    }

    /// Whether a container has what a privileged one can have here. dockerd 20.10 knows the capabilities
    /// up to CAP_AUDIT_READ only.
    private func isPrivileged(_ status: String) -> Bool {
        let known: UInt64 = (1 << 38) - 1
        let set = Privileges.boundingSet(in: status)
        return set & ~Privileges.boundingSet == 0 && set & known == Privileges.boundingSet & known
    }

    @Test func privilegedContainersWork() throws {
        let words = ["--privileged", "--network=none", "busybox", "cat", "/proc/self/status"]
        let wrapped = try Command.run(engine.client(["run", "--rm"] + words), seconds: 120)
        #expect(wrapped.status == 0, "\(wrapped.errors)")
        #expect(isPrivileged(wrapped.output), "\(wrapped.output)")

        let plain = try Command.run(engine.client(["run", "--rm", "--runtime=runc"] + words), seconds: 120)
        if Privileges.boundingSet & Privileges.everything == Privileges.everything {
            #expect(plain.status == 0, "\(plain.errors)")
        } else {
            #expect(plain.status != 0)
            #expect(plain.errors.contains("unable to apply caps"), "\(plain.errors)")
        }
    }

    @Test func otherContainersAreNotTouched() throws {
        let words = ["--network=none", "busybox", "cat", "/proc/self/status"]
        let wrapped = try Command.run(engine.client(["run", "--rm"] + words), seconds: 120)
        let plain = try Command.run(engine.client(["run", "--rm", "--runtime=runc"] + words), seconds: 120)
        #expect(wrapped.status == 0, "\(wrapped.errors)")
        #expect(Privileges.boundingSet(in: wrapped.output) == Privileges.boundingSet(in: plain.output))
        #expect(Privileges.boundingSet(in: wrapped.output) != 0)
    }

    @Test func aContainerCanAskForAMissingCapability() throws {
        let result = try engine.docker(
            "run", "--rm", "--network=none", "--cap-add=SYS_RESOURCE", "--cap-add=SYS_PTRACE", "busybox",
            "cat",
            "/proc/self/status")
        #expect(result.status == 0, "\(result.errors)")
        let set = Privileges.boundingSet(in: result.output)
        let asked: UInt64 = 1 << 19 | 1 << 24
        #expect(set & asked == Privileges.boundingSet & asked)
    }

    @Test func execWorksPrivilegedAndNot() throws {
        let container = try engine.require("run", "-d", "--network=none", "busybox", "sleep", "1000")
        defer { _ = try? engine.docker("rm", "-f", container) }
        let privileged = try engine.docker("exec", "--privileged", container, "cat", "/proc/self/status")
        #expect(privileged.status == 0, "\(privileged.errors)")
        #expect(isPrivileged(privileged.output), "\(privileged.output)")
        let plain = try engine.docker("exec", container, "sh", "-c", "echo out; echo err >&2; exit 5")
        #expect(plain.status == 5)
        #expect(plain.output == "out\n")
        #expect(plain.errors == "err\n")
        // What is not there gets runc's own answer, by way of its log.
        let missing = try engine.docker("exec", "--privileged", container, "/no/such/program")
        #expect(missing.status == 127 || missing.status == 126)
        #expect((missing.output + missing.errors).contains("no such file or directory"))
    }

    @Test func scoresAndLimitsThatCannotBeSet() throws {
        let result = try engine.docker(
            "run", "--rm", "--network=none", "--oom-score-adj=-500", "--ulimit",
            "nofile=900000000:1000000000",
            "busybox", "sh", "-c", "cat /proc/self/oom_score_adj; ulimit -Hn")
        #expect(result.status == 0, "\(result.errors)")
        let numbers = result.output.split(separator: "\n").compactMap { Int($0) }
        #expect(numbers.count == 2)
        #expect((-500...1000).contains(numbers.first ?? -1000))
        let most = try Command.require("cat", "/proc/sys/fs/nr_open").trimmingCharacters(in: .newlines)
        #expect((1...(Int(most) ?? 0)).contains(numbers.last ?? 0))
    }

    @Test func containerdTakesItAsItsRuncBinary() throws {
        let socket = engine.root + "/exec/containerd/containerd.sock"
        let bundle = try Bundle()
        let result = try Command.run([
            "ctr", "--address", socket, "run", "--rm", "--privileged", "--runc-binary",
            try BuiltBinary.path("kinkajou-oci"), "--rootfs", bundle.directory + "/rootfs",
            "kinkajou-oci-ctr",
            "/bin/busybox", "cat", "/proc/self/status",
        ])
        #expect(result.status == 0, "\(result.errors)")
        #expect(isPrivileged(result.output), "\(result.output)")
    }

    @Test func errorsReachTheClient() throws {
        for privilege in ["--privileged=true", "--privileged=false"] {
            let result = try engine.docker(
                "run", "--rm", privilege, "--network=none", "busybox", "/no/such/program")
            #expect(result.status == 127, "\(result.errors)")
            #expect(result.errors.contains("no such file or directory"), "\(result.errors)")
        }
    }

    @Test func fiftyContainersAtOnce() throws {
        let script = "cat /proc/self/status; exit $0"
        let started = try (0..<50).map { number in
            let words = [
                "run", "--rm", "--network=none", "--privileged", "busybox", "sh", "-c", script, "\(number)",
            ]
            return try ChildProcess(engine.client(words))
        }
        defer { for process in started { process.end() } }
        for (number, process) in started.enumerated() {
            #expect(try process.wait(seconds: 600) == Int32(number), "\(process.errors)")
            #expect(isPrivileged(process.output), "\(process.output)")
        }
        #expect(try engine.require("ps", "--all", "--quiet") == "")
        // No temporary file is left in any bundle.
        let bundles =
            FileManager.default.enumerator(atPath: engine.root + "/exec")?.compactMap { "\($0)" } ?? []
        #expect(bundles.filter { $0.contains(".kinkajou-oci-") } == [])
    }
}
