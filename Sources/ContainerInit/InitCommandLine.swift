/// What a command line asks of the init.
enum InitInvocation: Equatable {
    /// Run the command that starts at this index of the arguments.
    case run(InitOptions, command: [Int])
    case help
    case version
    case license
    /// The command line makes no sense. The usage is shown as well where it would help.
    case mistake(String, showsUsage: Bool)
}

/// tini's command line: short options that may be bundled, `--`, then the command.
///
/// Options end at the first word that is none, as with the tini of Alpine. (The C library of Debian's tini
/// also takes options out of the middle of the command: there `tini ls -l` prints a licence.)
struct InitCommandLine {
    /// With the program's name first.
    let arguments: [String]
    /// Looks up an environment variable.
    let environment: (String) -> String?

    private var program: String { arguments.first ?? "tini" }

    func parse() -> InitInvocation {
        var options = InitOptions()
        // Kept until the options are read: `--help` and `--version` always answer.
        let badVariable = applyDurations(to: &options)
        var index = 1
        var sawSeparator = false
        while index < arguments.count {
            let argument = arguments[index]
            if argument == "--" {
                sawSeparator = true
                index += 1
                break
            }
            guard argument.hasPrefix("-"), argument != "-" else { break }
            let outcome =
                argument.hasPrefix("--")
                ? parseLong(argument, &index, into: &options) : parseBundle(argument, &index, into: &options)
            if let outcome { return outcome }
            index += 1
        }
        if let badVariable { return badVariable }
        applySwitches(to: &options)
        guard index < arguments.count else {
            return .mistake("\(program): no program to run was given", showsUsage: true)
        }
        var command = Array(index..<arguments.count)
        // tini's usage says `PROGRAM -- [ARGS]`, and so it works there.
        if !sawSeparator, command.count > 1, arguments[command[1]] == "--" { command.remove(at: 1) }
        return .run(options, command: command)
    }

    /// `-vv`, `-gp SIGTERM`, `-pSIGTERM`.
    private func parseBundle(
        _ argument: String, _ index: inout Int, into options: inout InitOptions
    ) -> InitInvocation? {
        var letters = argument.dropFirst()
        while let letter = letters.popFirst() {
            switch letter {
            case "h": return .help
            case "l": return .license
            case "s": options.isSubreaper = true
            case "v": options.verbosity += 1
            case "w": options.warnsOnReap = true
            case "g": options.signalsGroup = true
            case "p", "e":
                var value = String(letters)
                letters = ""
                if value.isEmpty {
                    index += 1
                    guard index < arguments.count else {
                        return .mistake(
                            "\(program): option requires an argument -- '\(letter)'", showsUsage: true)
                    }
                    value = arguments[index]
                }
                if let mistake = letter == "p" ? setSignal(value, &options) : addStatus(value, &options) {
                    return mistake
                }
            default:
                return .mistake("\(program): invalid option -- '\(letter)'", showsUsage: true)
            }
        }
        return nil
    }

    /// `--version`, `--grace 10s`, `--grace=10s`.
    private func parseLong(
        _ argument: String, _ index: inout Int, into options: inout InitOptions
    ) -> InitInvocation? {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        switch name {
        case "--help", "--version":
            guard parts.count == 1 else {
                return .mistake("\(program): option '\(name)' takes no argument", showsUsage: true)
            }
            return name == "--help" ? .help : .version
        case "--grace", "--linger":
            let value: String
            if parts.count == 2 {
                value = String(parts[1])
            } else {
                index += 1
                guard index < arguments.count else {
                    return .mistake("\(program): option '\(name)' requires an argument", showsUsage: true)
                }
                value = arguments[index]
            }
            return name == "--grace"
                ? setDuration(value, of: name, &options.grace)
                : setDuration(value, of: name, &options.linger)
        default:
            return .mistake("\(program): unrecognized option '\(argument)'", showsUsage: true)
        }
    }

    private func setSignal(_ value: String, _ options: inout InitOptions) -> InitInvocation? {
        guard let signal = SignalName.number(of: value) else {
            return .mistake("Not a valid option for -p: \(value)", showsUsage: false)
        }
        options.parentDeathSignal = signal
        return nil
    }

    private func addStatus(_ value: String, _ options: inout InitOptions) -> InitInvocation? {
        guard let status = Int32(value), (0...255).contains(status) else {
            return .mistake("Not a valid option for -e: \(value)", showsUsage: false)
        }
        options.successStatuses.insert(status)
        return nil
    }

    private func setDuration(
        _ value: String, of name: String, _ option: inout Duration?
    ) -> InitInvocation? {
        if value == "none" {
            option = nil
        } else if let duration = Duration(goText: value) {
            option = duration
        } else {
            return .mistake(
                "Not a valid duration for \(name): '\(value)' (give one such as 10s, 1m30s, 500ms, or none)",
                showsUsage: false)
        }
        return nil
    }

    /// Our own variables, which an option overrides. They are for `docker run --init`, where no option can
    /// be given.
    private func applyDurations(to options: inout InitOptions) -> InitInvocation? {
        if let value = environment("KINKAJOU_INIT_GRACE") {
            let mistake = setDuration(value, of: "KINKAJOU_INIT_GRACE", &options.grace)
            if let mistake { return mistake }
        }
        if let value = environment("KINKAJOU_INIT_LINGER") {
            return setDuration(value, of: "KINKAJOU_INIT_LINGER", &options.linger)
        }
        return nil
    }

    /// tini's variables. The verbosity wins over `-v`, as there.
    private func applySwitches(to options: inout InitOptions) {
        if environment("TINI_SUBREAPER") != nil { options.isSubreaper = true }
        if environment("TINI_KILL_PROCESS_GROUP") != nil { options.signalsGroup = true }
        if let verbosity = environment("TINI_VERBOSITY") {
            options.verbosity = max(0, Self.leadingInteger(of: verbosity))
        }
    }

    /// What atoi(3) makes of a text.
    static func leadingInteger(of text: String) -> Int {
        var digits = text.drop { $0 == " " || $0 == "\t" }
        let isNegative = digits.first == "-"
        if isNegative || digits.first == "+" { digits = digits.dropFirst() }
        let value = Int(digits.prefix { ("0"..."9").contains($0) }.prefix(9)) ?? 0
        return isNegative ? -value : value
    }
}
