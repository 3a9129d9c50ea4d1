internal import Glibc
internal import Linux
internal import Values

/// What to do where a system call failed.
enum FailureCure {
    /// The cure for an errno value; nil: it tells nothing.
    static func of(_ errorNumber: Int32?) -> String? {
        switch errorNumber {
        case EPERM, EACCES:
            "run the container privileged, without a seccomp or AppArmor profile that forbids this"
        case EROFS:
            "make it writable: leave readOnlyRootFilesystem or docker run --read-only out, or mount an emptyDir or"
                + " tmpfs there"
        case ENOSPC, EDQUOT: "free some space there, or raise the limit"
        case EAGAIN, ENOMEM:
            "raise the limit of processes (podPidsLimit of the kubelet, docker run --pids-limit, ulimit -u) or of"
                + " memory"
        case EMFILE, ENFILE: "raise the limit of open files (docker run --ulimit nofile=65536:65536)"
        default: nil
        }
    }
}

extension KinkajouError {
    /// The error for a program that could not be started.
    ///
    /// - Parameters:
    ///   - what: What could not be done, such as `dockerd cannot be started`.
    ///   - error: Why.
    ///   - missing: What to do where there is no such program, and what that counts as.
    ///   - unusable: What to do where there is one that cannot be executed, and what that counts as.
    init(
        _ what: String, error: SpawnError, missing: (cure: String, code: ErrorCode),
        unusable: (cure: String, code: ErrorCode)
    ) {
        // Only of the program itself do these two tell something; before it they are about this process.
        switch (error.isExecFailure, error.errorNumber) {
        case (true, ENOENT): self.init("\(what): \(error)", cure: missing.cure, code: missing.code)
        case (true, EACCES), (true, ENOEXEC), (true, EISDIR), (true, EPERM):
            self.init("\(what): \(error)", cure: unusable.cure, code: unusable.code)
        default:
            let isLimit = error.errorNumber == EAGAIN
            self.init(
                (isLimit ? "the limit of processes is reached: " : "") + "\(what): \(error)",
                cure: FailureCure.of(error.errorNumber) ?? unusable.cure,
                code: .stepFailed, see: isLimit ? "kinkajou doctor --check pids" : nil)
        }
    }
}
