internal import Glibc

/// A short-lived program of the system: started, waited for, its output taken. None may take longer than its limit.
public enum Tool {
    /// How a program ended.
    public struct Result: Sendable {
        /// The exit status; 128 and the signal's number where a signal ended it; 127 where it did not start, 124
        /// where it did not end in time.
        public var status: Int32
        /// What it wrote to stdout.
        public var output: String
        /// What it wrote to stderr, or why there is no result of its own.
        public var errors: String
        /// The errno value of the attempt to start it; nil: it was started.
        public var startFailure: Int32?

        /// A result from its parts.
        public init(status: Int32, output: String, errors: String, startFailure: Int32? = nil) {
            self.status = status
            self.output = output
            self.errors = errors
            self.startFailure = startFailure
        }

        /// Whether its status is 0.
        public var isSuccess: Bool { status == 0 }

        /// The last line that the program wrote to stderr, or what its status says.
        public var reason: String {
            errors.split(separator: "\n").last.map(String.init) ?? "exit status \(status)"
        }
    }

    /// How long a program may run where nothing else fits.
    public static let usualLimit = Duration.seconds(10)

    /// Runs a program and takes its output. It ends with the task, and at its limit.
    public static func run(
        _ program: String, _ arguments: [String], input: String = "", limit: Duration = usualLimit
    ) async -> Result {
        do {
            let result = try await CapturedProgram.run(
                ChildRequest(
                    executable: program, arguments: arguments, environment: Environment.all()),
                input: input, timeout: limit)
            return Result(
                status: result.status.shellCode, output: result.output, errors: result.errors)
        } catch let error as CapturedProgram.TimedOut {
            return Result(status: 124, output: "", errors: "\(error)")
        } catch let error as SpawnError {
            return Result(status: 127, output: "", errors: "\(error)", startFailure: error.errorNumber)
        } catch {
            return Result(status: 127, output: "", errors: "\(program): \(error)")
        }
    }
}
