/// What kind of thing has failed: what programs decide on, and what an exit status follows from.
/// docs/exit-codes.md is their documentation, and a test compares.
public enum ErrorCode: String, Sendable, Codable, CaseIterable {
    /// Something without a code of its own.
    case failed
    /// Bad options, variables or files (EX_USAGE).
    case usage
    /// There is no cluster of that name.
    case unknownCluster = "unknown-cluster"
    /// Another cluster has that name.
    case nameTaken = "name-taken"
    /// dockerd did not start, or ended later and could not be brought back (EX_UNAVAILABLE).
    case engineFailed = "engine-failed"
    /// The cluster could not be made, or its node ended (EX_SOFTWARE).
    case clusterFailed = "cluster-failed"
    /// A step of the plan failed (EX_OSERR).
    case stepFailed = "step-failed"
    /// The data root cannot be written to (EX_CANTCREAT).
    case storageUnusable = "storage-unusable"
    /// Something was not ready in time (EX_TEMPFAIL).
    case timedOut = "timed-out"
    /// The client and the image of the Pod do not fit together (EX_PROTOCOL).
    case versionMismatch = "version-mismatch"
    /// A privilege is missing (EX_NOPERM).
    case privilegeMissing = "privilege-missing"
    /// A program that is needed is not installed (EX_CONFIG).
    case programMissing = "program-missing"
    /// The user's command could not be executed.
    case commandNotExecutable = "command-not-executable"
    /// The user's command was not found.
    case commandNotFound = "command-not-found"

    /// The exit status of what runs in the Pod (`dind`, `cluster`, `inside`), after sysexits.h, so that it is told
    /// apart from that of the user's command.
    public var exitStatus: Int32 {
        switch self {
        case .failed, .stepFailed: 71
        case .usage, .unknownCluster: 64
        case .nameTaken, .clusterFailed: 70
        case .engineFailed: 69
        case .storageUnusable: 73
        case .timedOut: 75
        case .versionMismatch: 76
        case .privilegeMissing: 77
        case .programMissing: 78
        case .commandNotExecutable: 126
        case .commandNotFound: 127
        }
    }

    /// The exit status of the client's commands: kind's know 0 and 1 alone, so that no more is told apart than what a
    /// script can do something about.
    public var clientExitStatus: Int32 {
        switch self {
        case .usage, .timedOut, .versionMismatch, .commandNotExecutable, .commandNotFound: exitStatus
        default: 1
        }
    }
}
