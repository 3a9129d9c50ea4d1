import Glibc
import TestSupport
import Testing

@Suite("Signals", .needs(.root, .program("tini")))
struct SignalTests {
    /// What an init cannot catch, keeps for itself, or must not forward; and the C library's own two, for
    /// which a shell can set no trap.
    static let kept: Set<Int32> = [
        SIGKILL, SIGSTOP, SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGTRAP, SIGSYS, SIGTTIN, SIGTTOU,
        SIGCHLD, 32, 33,
    ]
    static let forwardable = (1...64).filter { !kept.contains($0) }

    /// A shell script that says which signals it gets.
    static let reporter =
        "for s in \(forwardable.map(String.init).joined(separator: " ")); do trap \"echo got $s.\" $s; done; "
        + "sleep 1000 & p=$!; echo ready; while :; do wait $p; done"

    @Test(
        "reach the child one by one",
        arguments: InitUnderTest.places + [InitUnderTest(program: .tini)])
    func eachSignal(_ program: InitUnderTest) throws {
        let process = try program.start(script: Self.reporter)
        defer { process.end() }
        try process.waitForOutput("ready")
        for signal in Self.forwardable {
            #expect(process.signal(signal))
            try process.waitForOutput("got \(signal).")
        }
        let seen = process.output.split(separator: "\n").dropFirst().map(String.init)
        #expect(seen == Self.forwardable.map { "got \($0)." })
    }

    @Test("that are the init's own are not forwarded, and do not end PID 1")
    func keptSignals() throws {
        let process = try InitUnderTest().start(script: Self.reporter)
        defer { process.end() }
        try process.waitForOutput("ready")
        for signal in [SIGTTIN, SIGTTOU, SIGCHLD, SIGFPE, SIGILL, SIGBUS, SIGABRT, SIGTRAP, SIGSYS] {
            #expect(process.signal(signal))
        }
        #expect(process.signal(SIGUSR2))
        try process.waitForOutput("got \(SIGUSR2).")
        #expect(process.output == "ready\ngot \(SIGUSR2).\n")
    }

    @Test("32 and 33 reach the child too", arguments: [32, 33] as [Int32])
    func librarySignals(_ signal: Int32) throws {
        let process = try ChildProcess(InitUnderTest().setup(["--", "sleep", "1000"]))
        defer { process.end() }
        try Wait.until("the child") { !ProcessSnapshot.children(of: process.pid).isEmpty }
        #expect(process.signal(signal))
        #expect(try process.wait() == 128 + signal)
    }

    @Test("go to the child's group with -g, and only to the child without", arguments: InitUnderTest.places)
    func group(_ program: InitUnderTest) throws {
        let script = """
            sh -c 'trap "echo second" USR1; echo two; \(waitForever)' &
            trap "echo first" USR1; echo one; q=$!; while :; do wait $q; done
            """
        for withGroup in [true, false] {
            let process = try program.start(withGroup ? ["-g"] : [], script: script)
            defer { process.end() }
            try process.waitForOutput("one")
            try process.waitForOutput("two")
            process.signal(SIGUSR1)
            try process.waitForOutput("first")
            if withGroup {
                try process.waitForOutput("second")
            } else {
                // Had the first signal gone to both, the second process would have said so by its next one.
                let child = try #require(ProcessSnapshot.children(of: process.pid).first)
                let second = try #require(ProcessSnapshot.children(of: child).first)
                kill(second, SIGUSR1)
                try process.waitForOutput("second")
                #expect(process.output.components(separatedBy: "second") == 2)
            }
        }
    }

    @Test("TINI_KILL_PROCESS_GROUP works as -g")
    func groupVariable() throws {
        var setup = try InitUnderTest().setup([
            "--", "/bin/sh", "-c",
            "sh -c 'trap \"echo second\" USR1; echo two; \(waitForever)' & trap : USR1; q=$!; while :; do wait $q; done",
        ])
        setup.environment = ["PATH=/usr/bin:/bin", "TINI_KILL_PROCESS_GROUP="]
        let process = try ChildProcess(setup)
        defer { process.end() }
        try process.waitForOutput("two")
        process.signal(SIGUSR1)
        try process.waitForOutput("second")
    }

    @Test("Queued real-time signals all arrive")
    func queued() throws {
        let process = try InitUnderTest().start(script: "trap 'echo got' 35; echo ready; \(waitForever)")
        defer { process.end() }
        try process.waitForOutput("ready")
        // A shell counts no signals of one kind that arrive together, so each waits for the one before.
        for count in 1...20 {
            process.signal(35)
            try Wait.until("signal \(count)") { process.output.components(separatedBy: "got") >= count + 1 }
        }
        #expect(process.output.components(separatedBy: "got") == 21)
    }

    /// From the moment that the init has blocked its signals (its first act; before, the kernel throws away
    /// what PID 1 has no handler for, and nothing can be done about it) through the start of the runtime, the
    /// reading of options, the fork and the child's exec.
    @Test("SIGTERM within the first millisecond is never lost and never sticks, 200 times")
    func earlyTermination() throws {
        let setup = try InitUnderTest().setup(["--", "sleep", "1000"])
        for round in 0..<200 {
            let process = try ChildProcess(setup)
            defer { process.end() }
            try Wait.until(
                "the init to have blocked its signals in round \(round): "
                    + "\(ProcessSnapshot.status("State", of: process.pid) ?? "gone") \(process.errors)"
            ) { ProcessSnapshot.keepsTermination(process.pid) }
            let delay = Int.random(in: 0...1000)
            Wait.spin(microseconds: delay)
            process.signal(SIGTERM)
            let status = try process.wait()
            #expect(status == 143, "round \(round), \(delay) microseconds after the first instructions")
            if status != 143 { break }
        }
    }

    @Test("that the init raises itself by writing to a broken pipe do not reach the child")
    func brokenPipe() throws {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let script = "trap 'echo got PIPE' PIPE; echo ready; trap 'exit 6' USR1; \(waitForever)"
        var setup = try InitUnderTest().setup(["-vvv", "--", "/bin/sh", "-c", script])
        setup.streams[2] = ends[1]
        let process = try ChildProcess(setup)
        defer { process.end() }
        try process.waitForOutput("ready")
        process.signal(SIGWINCH)
        process.signal(SIGUSR1)
        #expect(try process.wait() == 6)
        #expect(process.output == "ready\n")
    }

    @Test("-p: the death of the parent becomes a signal for the child")
    func parentDeath() throws {
        let path = try InitUnderTest().path
        let script = "trap \"echo parent is gone; exit 0\" TERM; echo ready; \(waitForever)"
        let parent = try ChildProcess(
            ChildProcess.Setup("/bin/sh", ["-c", "\(path) -s -p SIGTERM -- /bin/sh -c '\(script)' & wait"]))
        try parent.waitForOutput("ready")
        let processes = ProcessSnapshot.descendants(of: parent.pid)
        #expect(processes.count >= 2)
        kill(parent.pid, SIGKILL)
        // Said by the tree that outlives the parent, so that the parent's own end is no reason to give up.
        try Wait.until("the child to say so") { parent.output.contains("parent is gone") }
        _ = try parent.wait()
        try Wait.until("the init and its tree to end") { processes.allSatisfy { kill($0, 0) != 0 } }
    }
}

extension String {
    /// How many parts a separator makes of it.
    fileprivate func components(separatedBy separator: String) -> Int {
        var rest = self[...]
        var count = 1
        while let range = rest.firstRange(of: separator) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
