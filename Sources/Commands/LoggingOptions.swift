public import ArgumentParser
public import Console

/// How much is logged, and how.
struct LoggingOptions: ParsableArguments, Sendable {
    @Option(
        name: [.customShort("v"), .long],
        help: """
            How much is logged: 0 warnings, 1 also what begins and ends, 2 also requests and retries, 3 everything; \
            -v alone is 1.
            """)
    var verbosity = 0

    @Option(
        help: "The form of what is on stderr: text, or json (events and records of the log, a line each).")
    var logFormat = LogOutput.Format.text

    /// Makes them hold for this process.
    func start() {
        LogOutput.start(verbosity: verbosity, format: logFormat)
    }
}

extension LogOutput.Format: ExpressibleByArgument {}

/// A command that logs.
protocol LoggingCommand {
    /// How.
    var logging: LoggingOptions { get }
}

/// A command that says how much it tells.
protocol OutputtingCommand: LoggingCommand {
    /// How much.
    var output: OutputOptions { get }
}

extension OutputtingCommand {
    var logging: LoggingOptions { output.logging }
}
