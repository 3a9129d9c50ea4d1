import Foundation
import Glibc
import TestSupport
import Testing

@Suite("In a Docker container", .serialized, .needs(.engine))
struct DockerTests {
    /// How the init comes to be PID 1.
    enum Way: String, CaseIterable {
        /// `docker run --init`, with the init as the daemon's `--init-path`.
        case option = "--init"
        /// The image's ENTRYPOINT.
        case entrypoint = "ENTRYPOINT"
    }

    private func engine() throws -> PrivateDockerEngine {
        let program = try InitUnderTest().path
        var options = PrivateDockerEngine.Options()
        options.initPath = program
        let engine = try PrivateDockerEngine(options)
        let file = ["/sbin/kinkajou-init": program]
        try engine.makeImage(named: "option", files: file)
        try engine.makeImage(
            named: "entrypoint", files: file, changes: ["ENTRYPOINT [\"/sbin/kinkajou-init\", \"--\"]"])
        return engine
    }

    private func words(_ way: Way, _ options: [String], _ command: [String]) -> [String] {
        way == .option
            ? ["run", "--init"] + options + ["option"] + command
            : ["run"] + options + ["entrypoint"] + command
    }

    private func docker(_ engine: PrivateDockerEngine, _ words: [String]) throws -> Command.Result {
        try Command.run(engine.client(words), seconds: 120)
    }

    @Test(
        "Exit statuses, exec failures, signals one by one, docker stop, orphans and a terminal",
        arguments: Way.allCases)
    func behaviour(_ way: Way) throws {
        let engine = try engine()
        defer { engine.stop() }
        func run(_ options: [String], _ command: [String]) throws -> Command.Result {
            try docker(engine, words(way, options, command))
        }

        let cases: [(command: [String], status: Int32)] = [
            (["true"], 0), (["sh", "-c", "exit 42"], 42), (["sh", "-c", "kill -9 $$"], 137),
            (["sh", "-c", "kill -TERM $$"], 143), ([StatusCase.missing], 127), (["/tmp"], 126),
        ]
        for example in cases {
            let result = try run(["--rm"], example.command)
            #expect(result.status == example.status, "\(example.command): \(result)")
        }

        let parentName = try run(["--rm"], ["sh", "-c", "echo $PPID; cat /proc/1/comm"])
        #expect(parentName.output == (way == .option ? "1\ndocker-init\n" : "1\nkinkajou-init\n"))

        // Every signal, through the engine.
        let started = try run(["-d", "--name", "signals"], ["sh", "-c", SignalTests.reporter])
        #expect(started.status == 0, "\(started)")
        func logs(_ name: String) throws -> String { try engine.require("logs", name) }
        try Wait.until("the child", seconds: 60) { try logs("signals").contains("ready") }
        for signal in SignalTests.forwardable { try engine.require("kill", "-s", "\(signal)", "signals") }
        let last = try #require(SignalTests.forwardable.last)
        try Wait.until("the last signal", seconds: 60) { try logs("signals").contains("got \(last).") }
        let seen = try logs("signals").split(separator: "\n").dropFirst().map(String.init)
        #expect(seen.sorted() == SignalTests.forwardable.map { "got \($0)." }.sorted())

        // docker stop: the child's own answer to SIGTERM, not Docker's SIGKILL after the time is over.
        #expect(
            try run(
                ["-d", "--name", "stop"], ["sh", "-c", "trap 'exit 5' TERM; echo ready; \(waitForever)"]
            ).status == 0)
        try Wait.until("the child", seconds: 60) { try logs("stop").contains("ready") }
        try engine.require("stop", "-t", "300", "stop")
        #expect(try engine.require("inspect", "-f", "{{.State.ExitCode}}", "stop") == "5")

        // Orphans that have ended are gone.
        let orphans = try run(
            ["--rm"],
            [
                "sh", "-c",
                "for i in 1 2 3 4 5 6 7 8 9; do (true &); done; "
                    + "while grep -qs '^State:.Z' /proc/[0-9]*/status; do sleep 0.05; done; echo clean",
            ])
        #expect(orphans.output == "clean\n")

        // What ignores SIGTERM is killed within the linger period, not left to the kernel unasked.
        let leftover = try run(
            ["--rm", "-e", "KINKAJOU_INIT_LINGER=100ms"],
            [
                "sh", "-c",
                "(trap 'echo asked' TERM; echo on; \(waitForever)) & read x < /proc/self/stat; sleep 1; exit 3",
            ])
        #expect(leftover.status == 3)
        #expect(leftover.output.contains("asked"), "\(leftover)")

        // A terminal: Ctrl-C goes through the client and the engine to the child.
        let terminal = try Pty()
        let client = engine.client(
            words(
                way, ["--rm", "-it"],
                ["sh", "-c", "trap 'echo interrupted; exit 7' INT; echo ready; \(waitForever)"]))
        let line = client.arguments.map { "'\($0.replacingOccurrences(of: "'", with: "'\\''"))'" }
        let process = try ChildProcess(terminal.session("exec \(line.joined(separator: " "))"))
        defer { process.end() }
        try terminal.waitForOutput("ready", seconds: 60)
        terminal.type("\u{3}")
        try terminal.waitForOutput("interrupted")
        #expect(try process.wait(seconds: 60) == 7)
    }

    @Test("The engine reads the version, and comes and goes without a trace")
    func engineItself() throws {
        let engine = try engine()
        let commit = try engine.require("info", "-f", "{{.InitBinary}} {{.InitCommit.ID}}")
        #expect(commit == "\(try InitUnderTest().path) kinkajou")
        #expect(!engine.logText.contains("failed to retrieve docker-init version"))
        try engine.require("run", "-d", "--init", "option", "sleep", "1000")
        #expect(!ProcessSnapshot.processes(naming: engine.root).isEmpty)
        engine.stop()
        #expect(ProcessSnapshot.processes(naming: engine.root).isEmpty)
        #expect(ProcessSnapshot.mounts(below: engine.root).isEmpty)
        #expect(ProcessSnapshot.cgroups(named: engine.cgroupParent).isEmpty)
        #expect(access(engine.root, F_OK) != 0)
    }
}
