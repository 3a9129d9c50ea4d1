/// Why a credential could not be had. No secret is ever in it.
public enum CredentialError: Error, Sendable, Equatable {
    /// The credential plugin is not there.
    case pluginMissing(command: String, installHint: String)
    /// The credential plugin could not be started, or failed.
    case pluginFailed(command: String, reason: String)
    /// The credential plugin's answer cannot be used.
    case pluginAnswer(command: String, reason: String)
    /// A file with a token or certificate cannot be read.
    case unreadable(file: String, reason: String)
    /// A certificate or key is not valid PEM, or the two do not belong together.
    case invalidCertificate(what: String)
}

extension CredentialError: CustomStringConvertible {
    /// What failed, why, and what to do about it.
    public var description: String { "\(summary). \(cure)" }

    /// What failed, and why.
    public var summary: String {
        switch self {
        case .pluginMissing(let command, _): "the credential plugin \(command) is not installed"
        case .pluginFailed(let command, let reason): "the credential plugin \(command) failed: \(reason)"
        case .pluginAnswer(let command, let reason):
            "the answer of the credential plugin \(command) cannot be used: \(reason)"
        case .unreadable(let file, let reason): "cannot read the credential \(file): \(reason)"
        case .invalidCertificate(let what): "\(what) cannot be used"
        }
    }

    /// What to do about it.
    public var cure: String {
        switch self {
        case .pluginMissing(_, let hint):
            hint.isEmpty ? "Install it, or give its path in the kubeconfig file." : hint
        case .pluginFailed: "Run it by hand to see what is wrong; a new login may be needed."
        case .pluginAnswer: "Update the plugin, or check its apiVersion in the kubeconfig file."
        case .unreadable: "Check the path and the mode."
        case .invalidCertificate: "Fetch the kubeconfig file again, or make a new certificate."
        }
    }
}
