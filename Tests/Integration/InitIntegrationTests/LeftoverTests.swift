import Glibc
import TestSupport
import Testing

@Suite("Orphans and leftovers", .needs(.root))
struct LeftoverTests {
    @Test("1,000 orphans that end at once leave no zombie", arguments: InitUnderTest.places)
    func orphans(_ program: InitUnderTest) throws {
        let process = try program.start(
            script: """
                i=0; while [ $i -lt 1000 ]; do (sleep 1000 &); i=$((i+1)); done
                echo ready; exec sleep 1000
                """)
        defer { process.end() }
        try process.waitForOutput("ready", seconds: 120)
        let child = try #require(ProcessSnapshot.children(of: process.pid).first)
        let orphans = ProcessSnapshot.children(of: process.pid).filter { $0 != child }
        #expect(orphans.count == 1000)
        for orphan in orphans { kill(orphan, SIGKILL) }
        try Wait.until("all orphans to be reaped", seconds: 60) {
            ProcessSnapshot.children(of: process.pid) == [child]
        }
        process.signal(SIGTERM)
        #expect(try process.wait() == 143)
    }

    @Test("-w warns of each orphan")
    func warning() throws {
        let process = try InitUnderTest().start(["-w"], script: "(sleep 0 &); echo ready; exec sleep 1000")
        defer { process.end() }
        try Wait.until("the warning") { process.errors.contains("Reaped zombie process with pid=") }
        #expect(process.errors.hasPrefix("[WARN  kinkajou-init (1)] Reaped zombie process"))
    }

    @Test("What is neither PID 1 nor a subreaper says so, and leaves processes alone")
    func plain() throws {
        let path = try InitUnderTest().path
        let process = try ChildProcess(
            ChildProcess.Setup(path, ["--", "/bin/sh", "-c", "sleep 1000 & echo $!; exit 3"]))
        defer { process.end() }
        #expect(try process.wait() == 3)
        #expect(
            process.errors.hasPrefix(
                "[WARN  kinkajou-init (\(process.pid))] kinkajou-init is not running as PID 1"))
        // What scripts that were written for tini look for.
        for phrase in [
            "not running as PID 1 and isn't registered as a child subreaper", "zombie reaping won't work",
            "use the -s option", "TINI_SUBREAPER",
        ] {
            #expect(process.errors.contains(phrase), "\(process.errors)")
        }
        let left = try #require(Int32(process.output.split(separator: "\n").first ?? ""))
        #expect(kill(left, SIGKILL) == 0, "it was still there")
    }

    @Test("get SIGTERM when the child has ended", arguments: InitUnderTest.places)
    func asked(_ program: InitUnderTest) throws {
        // It waits in a builtin and not for a `sleep`: a signal that comes between the shell's fork and the exec of
        // the sleep is taken by the shell's handler, forgotten by the exec, and the sleep sleeps on.
        let scratch = Scratch()
        let script = """
            mkfifo \(scratch.path)/never
            sh -c 'trap "echo bye; exit 0" TERM; exec 9<>\(scratch.path)/never; echo ready; \
            while :; do read x <&9; done' | { read line; echo $line; (cat &) ; exit 3; }
            """
        // The reader takes "ready" first, so the writer has its trap by then.
        let process = try program.start(script: script)
        defer { process.end() }
        try process.waitForOutput("ready")
        let child = try #require(ProcessSnapshot.children(of: process.pid).first)
        kill(child, SIGUSR1)
        #expect(try process.wait() == 138)
        #expect(process.output.contains("ready"))
        #expect(!process.errors.contains("SIGKILL"), "\(process.errors)")
    }

    @Test("that ignore SIGTERM are killed after the linger period", arguments: InitUnderTest.places)
    func killed(_ program: InitUnderTest) throws {
        let scratch = Scratch()
        let script =
            "(trap '' TERM; echo > \(scratch.path)/on; exec sleep 1000) & "
            + "while [ ! -e \(scratch.path)/on ]; do sleep 0.01; done; echo $!; exit 3"
        let process = try program.start(["--linger", "200ms"], script: script)
        defer { process.end() }
        #expect(try process.wait() == 3)
        #expect(process.errors.contains("sending SIGKILL"))
        if program.place == .subreaper {
            let left = try #require(Int32(process.output.split(separator: "\n").first ?? ""))
            #expect(kill(left, 0) != 0)
        }
    }

    @Test("that are stopped go on to act on SIGTERM", arguments: InitUnderTest.places)
    func stopped(_ program: InitUnderTest) throws {
        let scratch = Scratch()
        let script =
            "(trap 'echo bye; exit 0' TERM; echo > \(scratch.path)/on; "
            + "while :; do sleep 0.01; done) & while [ ! -e \(scratch.path)/on ]; do sleep 0.01; done; "
            + "kill -STOP $!; exit 4"
        let process = try program.start(["--linger", "30s"], script: script)
        defer { process.end() }
        #expect(try process.wait(seconds: 25) == 4)
        #expect(process.output == "bye\n")
    }

    @Test("A second SIGTERM ends the patience with leftovers", arguments: InitUnderTest.places)
    func impatient(_ program: InitUnderTest) throws {
        let script = "(trap 'echo asked' TERM; echo ready; \(waitForever)) & exec sleep 1000"
        let process = try program.start(["--linger", "1h"], script: script)
        defer { process.end() }
        try process.waitForOutput("ready")
        process.signal(SIGTERM)
        try process.waitForOutput("asked")
        process.signal(SIGTERM)
        #expect(try process.wait() == 143)
    }

    @Test("--linger none leaves them alone")
    func none() throws {
        let process = try InitUnderTest.subreaper.start(
            ["--linger", "none"], script: "sleep 1000 & echo $!; exit 5")
        defer { process.end() }
        #expect(try process.wait() == 5)
        let left = try #require(Int32(process.output.split(separator: "\n").first ?? ""))
        #expect(kill(left, SIGKILL) == 0, "it was still there")
    }

    @Test("that fork and end over and over do not escape a subreaper", arguments: [false, true])
    func forking(inSessionOfItsOwn: Bool) throws {
        let scratch = Scratch()
        let start = inSessionOfItsOwn ? "setsid " : ""
        let program = scratch.file(
            "forker", "#!/bin/sh\ntrap '' TERM HUP\n[ -e \(scratch.path)/stop ] || \"$0\" &\n")
        // However this ends, the file stops them.
        defer { _ = scratch.file("stop", "") }
        let process = try InitUnderTest.subreaper.start(
            ["--linger", "50ms"], script: "\(start)\(program) & exit 6")
        defer { process.end() }
        #expect(try process.wait() == 6)
        #expect(ProcessSnapshot.processes(naming: program).isEmpty)
    }
}
