import Testing

@testable import ContainerInit

@Suite("The command line")
struct InitCommandLineTests {
    private func parse(_ words: String..., environment: [String: String] = [:]) -> InitInvocation {
        InitCommandLine(arguments: ["tini"] + words) { environment[$0] }.parse()
    }

    private func options(_ invocation: InitInvocation) throws -> InitOptions {
        guard case .run(let options, _) = invocation else { throw NotRun(invocation: invocation) }
        return options
    }

    private struct NotRun: Error { let invocation: InitInvocation }

    @Test("Without options it has tini's defaults")
    func defaults() {
        #expect(parse("true") == .run(InitOptions(), command: [1]))
        #expect(parse("--", "a", "-b") == .run(InitOptions(), command: [2, 3]))
    }

    @Test("Every option")
    func all() throws {
        let invocation = parse(
            "-s", "-g", "-w", "-vv", "-p", "SIGTERM", "-e", "3", "-e4", "--grace", "10s", "--linger=1m", "--",
            "x")
        var expected = InitOptions()
        expected.isSubreaper = true
        expected.signalsGroup = true
        expected.warnsOnReap = true
        expected.verbosity = 3
        expected.parentDeathSignal = 15
        expected.successStatuses = [3, 4]
        expected.grace = .seconds(10)
        expected.linger = .seconds(60)
        #expect(invocation == .run(expected, command: [14]))
    }

    @Test("Short options may be bundled, and carry their value")
    func bundles() throws {
        let bundled = try options(parse("-sgwvpSIGINT", "x"))
        #expect(bundled.isSubreaper && bundled.signalsGroup && bundled.warnsOnReap)
        #expect(bundled.verbosity == 2)
        #expect(bundled.parentDeathSignal == 2)
        #expect(try options(parse("-se", "7", "x")).successStatuses == [7])
    }

    @Test("Options end at the first word that is none; a -- after the program is dropped, as in tini's usage")
    func command() {
        #expect(parse("ls", "-l") == .run(InitOptions(), command: [1, 2]))
        #expect(parse("echo", "--", "a", "--") == .run(InitOptions(), command: [1, 3, 4]))
        #expect(parse("--", "echo", "--", "a") == .run(InitOptions(), command: [2, 3, 4]))
        #expect(parse("echo", "a", "--") == .run(InitOptions(), command: [1, 2, 3]))
        #expect(parse("-", "a") == .run(InitOptions(), command: [1, 2]))
        #expect(parse("--", "--version") == .run(InitOptions(), command: [2]))
    }

    @Test("Questions are answered whatever else is wrong")
    func questions() {
        #expect(parse("-h") == .help)
        #expect(parse("-sh") == .help)
        #expect(parse("--help", "--nonsense") == .help)
        #expect(parse("--version") == .version)
        #expect(parse("-l") == .license)
        #expect(parse("--version", environment: ["KINKAJOU_INIT_GRACE": "x"]) == .version)
    }

    @Test(
        "Mistakes are told with the usage where that helps",
        arguments: [
            (["-x", "true"], "tini: invalid option -- 'x'", true),
            (["-vxq"], "tini: invalid option -- 'x'", true),
            (["-p"], "tini: option requires an argument -- 'p'", true),
            (["--grace"], "tini: option '--grace' requires an argument", true),
            (["--version=1"], "tini: option '--version' takes no argument", true),
            (["--nope"], "tini: unrecognized option '--nope'", true),
            ([], "tini: no program to run was given", true),
            (["--"], "tini: no program to run was given", true),
            (["-p", "SIGFOO", "x"], "Not a valid option for -p: SIGFOO", false),
            (["-e", "256", "x"], "Not a valid option for -e: 256", false),
            (["-e", "-1", "x"], "Not a valid option for -e: -1", false),
            (["-e", "", "x"], "Not a valid option for -e: ", false),
        ])
    func mistakes(words: [String], message: String, showsUsage: Bool) {
        let invocation = InitCommandLine(arguments: ["tini"] + words) { _ in nil }.parse()
        #expect(invocation == .mistake(message, showsUsage: showsUsage))
    }

    @Test("tini's variables count when they are set, whatever to, and the verbosity wins over -v")
    func environment() throws {
        let set = try options(
            parse(
                "-vvv", "x",
                environment: ["TINI_SUBREAPER": "", "TINI_KILL_PROCESS_GROUP": "0", "TINI_VERBOSITY": "2x"]))
        #expect(set.isSubreaper && set.signalsGroup)
        #expect(set.verbosity == 2)
        for (text, verbosity) in [
            ("", 0), ("x", 0), ("-3", 0), (" 3", 3), ("99999999999999999999", 999_999_999),
        ] {
            #expect(try options(parse("x", environment: ["TINI_VERBOSITY": text])).verbosity == verbosity)
        }
    }

    @Test("Our variables give way to options")
    func durations() throws {
        let environment = ["KINKAJOU_INIT_GRACE": "5s", "KINKAJOU_INIT_LINGER": "none"]
        let plain = try options(parse("x", environment: environment))
        #expect(plain.grace == .seconds(5))
        #expect(plain.linger == nil)
        let given = try options(parse("--grace", "none", "--linger", "1", "x", environment: environment))
        #expect(given.grace == nil)
        #expect(given.linger == .seconds(1))
        guard
            case .mistake(let message, showsUsage: false) = parse(
                "x", environment: ["KINKAJOU_INIT_GRACE": "?"])
        else {
            Issue.record("a mistake was expected")
            return
        }
        #expect(message.contains("KINKAJOU_INIT_GRACE"))
    }

    @Test("Random words never crash it, and a command's words are always at the end", arguments: 0..<200)
    func random(seed: Int) {
        var generator = SystemRandomNumberGenerator()
        let vocabulary = [
            "-", "--", "-v", "-p", "-e", "--grace", "--grace=", "--linger", "=", "", "x", "-é", "-\u{0}", "9",
        ]
        let words = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
            vocabulary.randomElement(using: &generator) ?? ""
        }
        let invocation = InitCommandLine(arguments: ["tini"] + words) { _ in nil }.parse()
        if case .run(_, let command) = invocation {
            #expect(command == command.sorted(), "\(words)")
            #expect(command.last == words.count || words.last == "--", "\(words)")
        }
    }
}
