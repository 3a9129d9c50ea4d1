internal import Subprocess
internal import SystemPackage

/// A short-lived program of the system: started, waited for, its output taken.
public enum Tool {
    /// How a program ended, and what it wrote.
    public struct Result: Sendable {
        /// The exit status; 128 and the signal's number where a signal ended it; 127 where it did not start.
        public var status: Int32
        /// What it wrote to stdout.
        public var output: String
        /// What it wrote to stderr.
        public var errors: String

        /// Whether its exit status was 0.
        public var isSuccess: Bool { status == 0 }

        /// The last line that the program wrote to stderr, or what its status says.
        public var reason: String {
            errors.split(separator: "\n").last.map(String.init) ?? "exit status \(status)"
        }
    }

    /// No output that is asked for here comes near this size.
    private static let outputLimit = 16 << 20

    /// Runs a program and takes its output; it ends with the task.
    public static func run(_ program: String, _ arguments: [String], input: String = "") async -> Result {
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(FilePath(program)) : .name(program),
                arguments: Arguments(arguments),
                input: .string(input),
                output: .string(limit: outputLimit),
                error: .string(limit: outputLimit)
            )
            let status: Int32 =
                switch result.terminationStatus {
                case .exited(let code): Int32(code)
                case .signaled(let number): 128 + Int32(number)
                }
            return Result(
                status: status, output: result.standardOutput, errors: result.standardError)
        } catch {
            return Result(status: 127, output: "", errors: "\(program): \(error)")
        }
    }
}
