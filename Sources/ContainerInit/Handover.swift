/// What a program that is started as PID 1 leaves to the small init, which it becomes: how to supervise, and the signal
/// mask that it was started with itself (it blocks everything until then).
///
/// It is the first words of the init's command line: words at fixed places, not options, as the variables that set
/// tini's options are for whom an init runs and not for this.
struct Handover: Equatable {
    static let option = "--supervise"

    var signalMask: UInt64
    var options: InitOptions
    /// The path of the executable to run.
    var executable: String
    /// Its name for itself.
    var name: String

    /// How many words stand before the child's arguments, the init's own name counted.
    static let wordCount = 7

    /// The words after the init's own name and before the child's arguments.
    var words: [String] {
        [
            Self.option, String(signalMask, radix: 16), Self.milliseconds(options.grace),
            Self.milliseconds(options.linger), executable, name,
        ]
    }

    init(signalMask: UInt64, options: InitOptions, executable: String, name: String) {
        self.signalMask = signalMask
        self.options = options
        self.executable = executable
        self.name = name
    }

    /// nil: the command line is none of a handover.
    init?(arguments: [String]) {
        guard arguments.count >= Self.wordCount, arguments[1] == Self.option,
            let mask = UInt64(arguments[2], radix: 16), let grace = Self.duration(arguments[3]),
            let linger = Self.duration(arguments[4])
        else { return nil }
        self.init(
            signalMask: mask, options: .ofSupervisor(grace: grace, linger: linger), executable: arguments[5],
            name: arguments[6])
    }

    private static func milliseconds(_ duration: Duration?) -> String {
        duration.map { String($0.nanoseconds / 1_000_000) } ?? "none"
    }

    private static func duration(_ word: String) -> Duration?? {
        if word == "none" { return .some(.none) }
        guard let number = Int64(word) else { return .none }
        return .some(.milliseconds(number))
    }
}
