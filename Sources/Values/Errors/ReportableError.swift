/// An error that says what to do about it and which exit status it stands for.
public protocol ReportableError: Error, CustomStringConvertible {
    /// What to do about it.
    var cure: String { get }
    /// The exit status.
    var exitCode: ProgramExitCode { get }
}
