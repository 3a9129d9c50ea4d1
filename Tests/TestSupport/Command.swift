/// A command that a test runs to its end.
public struct Command {
    /// What it left.
    public struct Result: Equatable, Sendable {
        /// As a shell has it: 128+n for signal n.
        public let status: Int32
        /// Its stdout.
        public let output: String
        /// Its stderr.
        public let errors: String

        /// What a command left.
        public init(status: Int32, output: String, errors: String) {
            self.status = status
            self.output = output
            self.errors = errors
        }
    }

    /// A command that should have succeeded.
    public struct Failure: Error, CustomStringConvertible {
        /// Its words.
        public let words: [String]
        /// What it left.
        public let result: Result
        /// A command and what it left.
        public init(words: [String], result: Result) {
            self.words = words
            self.result = result
        }

        /// The command, its status and its output.
        public var description: String {
            "\(words.joined(separator: " ")): exit status \(result.status)\n\(result.output)\(result.errors)"
        }
    }

    /// Runs a command, and returns whatever comes of it.
    public static func run(_ words: [String], seconds: Double = 60) throws -> Result {
        try run(ChildProcess.Setup(words[0], Array(words.dropFirst())), seconds: seconds)
    }

    /// Starts a process, and waits for its end.
    public static func run(_ setup: ChildProcess.Setup, seconds: Double = 60) throws -> Result {
        let process = try ChildProcess(setup)
        defer { process.end() }
        let status = try process.wait(seconds: seconds)
        return Result(status: status, output: process.output, errors: process.errors)
    }

    /// Runs a command that must succeed, and returns its stdout.
    @discardableResult
    public static func require(_ words: String..., seconds: Double = 60) throws -> String {
        let result = try run(words, seconds: seconds)
        guard result.status == 0 else { throw Failure(words: words, result: result) }
        return result.output
    }
}
