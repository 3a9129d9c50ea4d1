/// Why the certificates of the daemon's TLS port cannot be had.
public enum DaemonCertificatesError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Not in the form `DNS:name` or `IP:address`.
    case invalidSubjectName(String)
    /// A server's certificate needs a name.
    case noSubjectNames
    /// A system call on a file failed.
    case file(operation: String, path: String, reason: String)
    /// The directory holds a server's certificate without a CA key, so it is kept; but it does not fit.
    case unusable(path: String, reason: String)
    /// Making a certificate failed.
    case generation(reason: String)

    /// What failed, why, and what to do about it.
    public var description: String {
        switch self {
        case .invalidSubjectName(let text):
            "\"\(text)\" is no name for the daemon's certificate. "
                + "Write a list such as DNS:docker,IP:10.0.0.1 (DOCKER_TLS_SAN)."
        case .noSubjectNames:
            "the daemon's certificate needs a name. Give at least one, such as DNS:localhost."
        case .file(let operation, let path, let reason):
            "cannot \(operation) \(path): \(reason). "
                + "The directory of the certificates (DOCKER_TLS_CERTDIR) must be writable."
        case .unusable(let path, let reason):
            "the certificates that were provided in \(path) cannot be used: \(reason). "
                + "Replace them, or empty the directory so that new ones are made."
        case .generation(let reason):
            "cannot make the daemon's certificates: \(reason)."
        }
    }
}
