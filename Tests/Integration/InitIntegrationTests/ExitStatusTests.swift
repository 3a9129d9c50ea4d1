import Glibc
import TestSupport
import Testing

/// One command line, and the exit status that tini gives for it.
struct StatusCase: Sendable, CustomTestStringConvertible {
    let words: [String]
    let status: Int32
    var environment: [String] = []

    init(_ words: [String], _ status: Int32, environment: [String] = []) {
        self.words = words
        self.status = status
        self.environment = environment
    }

    static func script(_ script: String, _ status: Int32, options: [String] = []) -> StatusCase {
        StatusCase(options + ["--", "/bin/sh", "-c", script], status)
    }

    var testDescription: String { words.joined(separator: " ") }

    /// A path that nothing on the machine can have made.
    static let missing = "/proc/no-such-program"

    static let exits = [0, 1, 2, 42, 126, 127, 128, 200, 255].map { script("exit \($0)", $0) }
    static let signals = [1, 2, 3, 4, 6, 8, 9, 10, 11, 12, 13, 14, 15, 24, 31, 34, 64].map {
        script("ulimit -c 0; kill -\($0) $$", 128 + $0)
    }
    static let remapped = [
        script("exit 3", 0, options: ["-e", "3"]),
        script("exit 4", 4, options: ["-e", "3"]),
        script("exit 5", 0, options: ["-e3", "-e5"]),
        script("kill -TERM $$", 0, options: ["-e", "143"]),
        StatusCase(["-e", "127", "--", missing], 0),
        StatusCase(["-e", "126", "--", "/tmp"], 0),
    ]
    static let failures = [
        StatusCase(["--", missing + "/program"], 127),
        StatusCase(["--", "no-such-program-anywhere"], 127),
        StatusCase(["--", "/tmp"], 126),
        StatusCase(["--", "/etc/passwd"], 126),
        StatusCase(["--", "/etc/passwd/below"], 1),
        StatusCase(["--", ""], 127),
    ]
    static let commandLines = [
        StatusCase(["true"], 0), StatusCase(["--", "true"], 0), StatusCase(["false"], 1),
        StatusCase(["-gvw", "true"], 0), StatusCase(["-pSIGTERM", "--", "true"], 0),
        StatusCase(["-g", "-p", "SIGKILL", "--", "true"], 0),
        StatusCase(["echo", "--", "a", "--", "b"], 0), StatusCase(["--", "echo", "--", "a"], 0),
        StatusCase(["-x"], 1), StatusCase(["-p"], 1), StatusCase(["-e"], 1), StatusCase(["--"], 1),
        StatusCase(["-p", "SIGFOO", "true"], 1), StatusCase(["-e", "256", "true"], 1),
        StatusCase(["-e", "-1", "true"], 1), StatusCase(["-e", "x", "true"], 1),
        StatusCase(["--no-such-option", "true"], 1), StatusCase(["-gx", "true"], 1),
        StatusCase(["-h"], 0), StatusCase(["-l"], 0), StatusCase(["-sh"], 0),
        StatusCase(["true"], 0, environment: ["TINI_SUBREAPER="]),
        StatusCase(["true"], 0, environment: ["TINI_KILL_PROCESS_GROUP=0", "TINI_VERBOSITY=3"]),
    ]
    static let all = exits + signals + remapped + failures + commandLines
}

@Suite("Exit status", .needs(.root, .program("tini")))
struct ExitStatusTests {
    @Test("is the child's, 128+n, 127, 126 or 1", arguments: StatusCase.all, InitUnderTest.places)
    func status(_ example: StatusCase, of program: InitUnderTest) throws {
        #expect(try Self.run(example, program).status == example.status)
    }

    @Test(
        "and output are tini's", arguments: StatusCase.all, InitUnderTest.Place.allCases)
    func sameAsTini(_ example: StatusCase, as place: InitUnderTest.Place) throws {
        let ours = try Self.run(example, InitUnderTest(place: place))
        let theirs = try Self.run(example, InitUnderTest(program: .tini, place: place))
        #expect(ours.status == theirs.status)
        // What is printed about the program itself differs, and tini writes information to stdout.
        let isAboutItself = ["-h", "-l", "-sh", "-gvw"].contains(example.words[0])
        if !isAboutItself, example.environment.count < 2 { #expect(ours.output == theirs.output) }
    }

    private static func run(_ example: StatusCase, _ program: InitUnderTest) throws -> Command.Result {
        var setup = try program.setup(example.words)
        if !example.environment.isEmpty {
            setup.environment = ["PATH=/usr/bin:/bin"] + example.environment
        }
        return try Command.run(setup)
    }

    @Test("of files that cannot be executed", arguments: InitUnderTest.places)
    func files(_ program: InitUnderTest) throws {
        let scratch = Scratch()
        let cases: [(file: String, status: Int32, message: String)] = [
            (scratch.file("plain", "echo hi\n", mode: 0o644), 126, "Permission denied"),
            (scratch.file("bad", "#!/nonexistent/interpreter\n"), 127, "interpreter"),
            // As execvp(3) does: the shell runs it.
            (scratch.file("text", "exit 9\n"), 9, ""),
            (scratch.file("empty", ""), 0, ""),
            // A broken binary goes to the shell too, which cannot read it.
            (scratch.path, 126, "Permission denied"),
        ]
        for example in cases {
            let result = try Command.run(program.setup(["--", example.file]))
            #expect(result.status == example.status, "\(example.file): \(result)")
            #expect(result.errors.contains(example.message), "\(example.file): \(result)")
            let tini = InitUnderTest(program: .tini, place: program.place)
            #expect(try Command.run(tini.setup(["--", example.file])).status == example.status)
        }
    }

    @Test("with any of the standard streams closed", arguments: InitUnderTest.places)
    func closedStreams(_ program: InitUnderTest) throws {
        let path = try program.path
        for closed in ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"] {
            var setup = ChildProcess.Setup(
                "/bin/sh", ["-c", "exec \(path) -vvv -s -- /bin/sh -c 'exit 5' \(closed)"])
            setup.isNamespaceInit = program.place == .namespaceInit
            #expect(try Command.run(setup).status == 5, "with \(closed)")

            setup.arguments = ["sh", "-c", "exec \(path) -s -- \(StatusCase.missing) \(closed)"]
            #expect(try Command.run(setup).status == 127, "with \(closed)")
        }
    }

    @Test("of a mistake comes with one clear line and the usage on stderr, and nothing on stdout")
    func mistakes() throws {
        for (words, line) in [
            (["-x"], "invalid option -- 'x'"), (["-p"], "option requires an argument -- 'p'"),
            (["--frobnicate"], "unrecognized option '--frobnicate'"), ([], "no program to run was given"),
            (["--grace"], "option '--grace' requires an argument"),
        ] {
            let result = try Command.run(ChildProcess.Setup(InitUnderTest().path, words))
            #expect(result.status == 1)
            #expect(result.errors.split(separator: "\n").first?.hasSuffix(line) == true, "\(result)")
            #expect(result.errors.contains("Usage: kinkajou-init"))
            #expect(result.output.isEmpty)
        }
        for words in [["--grace", "soon", "true"], ["--linger=-1s", "true"], ["-p", "NO", "true"]] {
            let result = try Command.run(ChildProcess.Setup(InitUnderTest().path, words))
            #expect(result.status == 1)
            #expect(result.errors.hasPrefix("[FATAL kinkajou-init ("), "\(result)")
            #expect(result.errors.split(separator: "\n").count == 1)
        }
    }

    @Test("is kept when the parent ignores SIGCHLD", arguments: InitUnderTest.places)
    func ignoredChild(_ program: InitUnderTest) throws {
        for (words, status) in [
            (["/bin/sh", "-c", "exit 7"], 7), (["grep", "SigIgn", "/proc/self/status"], 0),
        ] {
            var setup = try program.setup(["--"] + words)
            setup.ignoredSignals = 1 << UInt64(SIGCHLD - 1)
            let result = try Command.run(setup)
            #expect(result.status == status)
            // The child gets it back.
            #expect(status == 7 || result.output == "SigIgn:\t0000000000010000\n")
        }
    }

    @Test("and arguments of bytes that are not UTF-8")
    func bytes() throws {
        let path = try InitUnderTest().path
        let script = #"exec \#(path) -s -- sh -c 'printf %s "$1" | od -An -tx1' x "$(printf '\377\303a')""#
        #expect(try Command.run(["/bin/sh", "-c", script]).output == " ff c3 61\n")
    }

    @Test("and the child's signal mask and dispositions are those the init was given")
    func signalState() throws {
        func bit(_ signal: Int32) -> UInt64 { 1 << UInt64(signal - 1) }
        func look(_ words: [String]) throws -> Command.Result {
            var setup = ChildProcess.Setup(
                words[0], words.dropFirst() + ["grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"])
            setup.signalMask = bit(SIGUSR1) | bit(SIGTERM) | bit(SIGTTIN) | bit(33) | bit(40)
            setup.ignoredSignals = bit(SIGHUP) | bit(SIGTTOU)
            return try Command.run(setup)
        }
        let direct = try look(["env"])
        #expect(direct.output == "SigBlk:\t0000008100104200\nSigIgn:\t0000000000200001\n")
        #expect(try look([InitUnderTest().path, "-s", "--"]) == direct)
    }

    @Test("and the child has the init's descriptors and no others")
    func descriptors() throws {
        func look(_ words: String) throws -> Command.Result {
            try Command.run(["/bin/sh", "-c", "exec 7</dev/null; exec \(words) ls /proc/self/fd"])
        }
        let direct = try look("")
        #expect(direct.output.contains("7\n"))
        #expect(try look("\(InitUnderTest().path) -s --") == direct)
    }
}
