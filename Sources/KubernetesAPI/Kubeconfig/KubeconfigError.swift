internal import Values

/// Why a kubeconfig file cannot be used. No secret is ever in it.
public enum KubeconfigError: Error, Sendable, Equatable {
    /// A file that was named is not there.
    case missing(file: String)
    /// A file cannot be read or written.
    case inaccessible(file: String, action: String, reason: String)
    /// The text is no kubeconfig.
    case invalid(file: String?, reason: String)
    /// There is no context, cluster or user of that name.
    case unknown(kind: String, name: String, known: [String], files: [String])
    /// None is chosen.
    case noCurrentContext(known: [String], files: [String])
    /// An entry says something that cannot be used.
    case invalidEntry(kind: String, name: String, reason: String, cure: String)
    /// Nothing says where a cluster is.
    case nothingFound(lookedFor: [String])
    /// Another process holds the lock.
    case locked(lock: String, holder: String, waited: Duration)
}

extension KubeconfigError: CustomStringConvertible {
    /// What failed, why, and what to do about it.
    public var description: String { "\(summary). \(cure)" }

    /// What failed, and why.
    public var summary: String {
        switch self {
        case .missing(let file): "there is no kubeconfig file \(file)"
        case .inaccessible(let file, let action, let reason): "cannot \(action) \(file): \(reason)"
        case .invalid(let file, let reason):
            "\(file ?? "the kubeconfig") is no kubeconfig that can be used: \(reason)"
        case .unknown(let kind, let name, let known, let files):
            "there is no \(kind) \"\(name)\" in \(files.joined(separator: ", ")); there "
                + (known.isEmpty ? "is none" : "are: " + known.joined(separator: ", "))
        case .noCurrentContext(let known, let files):
            "no context is chosen in \(files.joined(separator: ", ")); there "
                + (known.isEmpty ? "is none" : "are: " + known.joined(separator: ", "))
        case .invalidEntry(let kind, let name, let reason, _):
            "the \(kind) \"\(name)\" of the kubeconfig cannot be used: \(reason)"
        case .nothingFound(let places): "no cluster was found: " + places.joined(separator: "; ")
        case .locked(let lock, let holder, let waited):
            "the kubeconfig file stayed locked for \(waited.inSeconds): \(lock) \(holder)"
        }
    }

    /// What to do about it.
    public var cure: String {
        switch self {
        case .missing: "Check the path that --kubeconfig or KUBECONFIG gives."
        case .inaccessible: "Check the owner and the mode of the file and its folder."
        case .invalid: "Correct it, or make it anew."
        case .unknown: "Use one of these, or add it (`kubectl config`)."
        case .noCurrentContext:
            "Name one with --context, or choose one with `kubectl config use-context NAME`."
        case .invalidEntry(_, _, _, let cure): cure
        case .nothingFound: "Name a kubeconfig file with --kubeconfig or KUBECONFIG."
        case .locked(let lock, _, _): "If no program is writing it, delete \(lock)."
        }
    }
}
