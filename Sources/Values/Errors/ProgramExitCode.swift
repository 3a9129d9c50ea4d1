/// The exit statuses of Kinkajou's own failures, after sysexits.h, so that they are told apart from those
/// of the user's command. docs/exit-codes.md is their documentation.
public enum ProgramExitCode: Int32, Sendable, Codable, CaseIterable, Error {
    /// All went well.
    case success = 0
    /// Bad options, settings or files (EX_USAGE).
    case usage = 64
    /// dockerd did not start, or ended later and could not be brought back (EX_UNAVAILABLE).
    case engineFailed = 69
    /// The cluster could not be made, or its node ended (EX_SOFTWARE).
    case clusterFailed = 70
    /// A step of the plan failed (EX_OSERR).
    case stepFailed = 71
    /// The data root cannot be written to (EX_CANTCREAT).
    case storageUnusable = 73
    /// Something was not ready in time (EX_TEMPFAIL).
    case timedOut = 75
    /// A privilege is missing (EX_NOPERM).
    case privilegeMissing = 77
    /// A program that is needed is not installed (EX_CONFIG).
    case programMissing = 78
    /// The user's command could not be executed.
    case commandNotExecutable = 126
    /// The user's command was not found.
    case commandNotFound = 127
    /// Stopped by SIGTERM before the user's command had a status of its own.
    case terminated = 143
}
