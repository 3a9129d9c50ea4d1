internal import Values

/// Why a host cluster refused something, told apart by what has to be done about it. Read from the words of its API server,
/// which have been these since 1.20; those of Pod Security and of policies since 1.25 and 1.26.
public enum HostClusterRefusal: Sendable, Equatable {
    /// Pod Security admission: the level that the namespace enforces, and what of the Pod violates it.
    case podSecurity(level: String, violations: String)
    /// No PodSecurityPolicy lets the Pod in (up to 1.24).
    case podSecurityPolicy
    /// A ResourceQuota has no room.
    case quota(name: String, shortages: [Shortage])
    /// A ResourceQuota wants values that the Pod does not give.
    case quotaWants(name: String, values: String)
    /// A ResourceQuota is so new that its controller has not counted yet.
    case quotaNotCounted(name: String)
    /// Bounds of a LimitRange.
    case limitRange(bounds: [String])
    /// A ValidatingAdmissionPolicy, with its own words.
    case policy(name: String, message: String)
    /// A webhook, with its own words.
    case webhook(name: String, message: String)
    /// A webhook that has to be asked and cannot be.
    case webhookUnreachable(name: String, message: String)
    /// The user lacks a permission.
    case permission(user: String, verb: String, resource: String)
    /// The namespace is being deleted.
    case namespaceTerminating(name: String)
    /// There is no such namespace.
    case namespaceMissing(name: String)
    /// The service account that the Pod would have is not there.
    case serviceAccountMissing(name: String)
    /// The server does not know who asks.
    case unauthorized

    /// A resource that a quota has too little of, in the quantities of the server.
    public struct Shortage: Sendable, Equatable {
        /// Such as `limits.memory`.
        public var resource: String
        /// What was asked for.
        public var requested: String
        /// What is in use.
        public var used: String
        /// What may be.
        public var limited: String

        /// A shortage from its parts.
        public init(resource: String, requested: String, used: String, limited: String) {
            self.resource = resource
            self.requested = requested
            self.used = used
            self.limited = limited
        }

        /// How much is left, in the unit of the limit.
        public var left: String {
            guard let used = Quantity(used), let limited = Quantity(self.limited) else { return "?" }
            let suffix = self.limited.drop { $0.isNumber || $0 == "." }
            guard let unit = Quantity("1" + suffix)?.value else { return "?" }
            let hundredths = max(0, ((limited.value - used.value) / unit * 100).rounded())
            let whole = Int(hundredths) / 100
            let rest = Int(hundredths) % 100
            return (rest == 0 ? "\(whole)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)") + suffix
        }
    }

    /// Reads an answer of an API server; nil: it is none of these.
    ///
    /// - Parameters:
    ///   - code: The HTTP status.
    ///   - message: The `message` of its `Status`.
    public init?(code: Int, message: String) {
        if code == 401 {
            self = .unauthorized
        } else if let level = message.text(after: "violates PodSecurity \"", before: "\"") {
            self = .podSecurity(level: level, violations: message.text(after: "\": ", before: nil) ?? "")
        } else if message.contains("unable to validate against any pod security policy") {
            self = .podSecurityPolicy
        } else if let rest = message.text(after: "exceeded quota: ", before: nil) {
            self.init(exceededQuota: rest)
        } else if let rest = message.text(after: "failed quota: ", before: nil) {
            self = .quotaWants(
                name: rest.text(after: "", before: ":") ?? rest,
                values: rest.text(after: "must specify ", before: nil) ?? rest)
        } else if let name = message.text(after: "status unknown for quota: ", before: ",") {
            self = .quotaNotCounted(name: name)
        } else if let name = message.text(after: "AdmissionPolicy '", before: "'") {
            self = .policy(
                name: name,
                message: message.text(after: "denied request: ", before: nil) ?? message.text(
                    after: "' ", before: nil) ?? message)
        } else if let name = message.text(after: "failed calling webhook \"", before: "\"") {
            self = .webhookUnreachable(
                name: name, message: message.text(after: "\": ", before: nil) ?? message)
        } else if let name = message.text(after: "admission webhook \"", before: "\"") {
            self = .webhook(
                name: name,
                message: message.text(after: "denied the request: ", before: nil) ?? message.text(
                    after: "\" ", before: nil)
                    ?? message)
        } else if let user = message.text(after: "User \"", before: "\""),
            let verb = message.text(after: "\" cannot ", before: " resource \""),
            let resource = message.text(after: " resource \"", before: "\"")
        {
            self = .permission(user: user, verb: verb, resource: resource)
        } else if message.contains("because it is being terminated") {
            self = .namespaceTerminating(
                name: message.text(after: "content in namespace ", before: " because") ?? "")
        } else if code == 404, let name = message.text(after: "namespaces \"", before: "\" not found") {
            self = .namespaceMissing(name: name)
        } else if let name = message.text(after: "serviceaccount \"", before: "\" not found") {
            self = .serviceAccountMissing(name: name)
        } else if message.contains("usage per ") || message.contains(" ratio per ") {
            let list = message.text(after: "is forbidden: ", before: nil) ?? message
            let inner = list.hasPrefix("[") ? String(list.dropFirst().prefix { $0 != "]" }) : list
            // "maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per ..."
            self = .limitRange(bounds: inner.bounds)
        } else {
            return nil
        }
    }

    /// `compute, requested: limits.memory=4Gi,pods=1, used: limits.memory=6Gi,pods=4, limited: limits.memory=8Gi,pods=4`.
    private init(exceededQuota text: String) {
        func values(_ name: String, _ next: String?) -> [(key: String, value: String)] {
            (text.text(after: ", \(name): ", before: next.map { ", \($0): " }) ?? "").split(separator: ",")
                .compactMap {
                    let parts = $0.split(separator: "=", maxSplits: 1).map(String.init)
                    return parts.count == 2 ? (parts[0], parts[1]) : nil
                }
        }
        let used = Dictionary(values("used", "limited").map { ($0.key, $0.value) }) { first, _ in first }
        let limited = Dictionary(values("limited", nil).map { ($0.key, $0.value) }) { first, _ in first }
        self = .quota(
            name: text.text(after: "", before: ",") ?? text,
            shortages: values("requested", "used").map { resource, requested in
                Shortage(
                    resource: resource, requested: requested, used: used[resource] ?? "?",
                    limited: limited[resource] ?? "?")
            })
    }

    /// What the host cluster has against it, in a line.
    ///
    /// - Parameter namespace: The namespace of the clusters.
    public func summary(namespace: String) -> String {
        switch self {
        case .podSecurity(let level, let violations):
            "the namespace \(namespace) enforces the Pod Security level \(level), and the Pod of a cluster is privileged"
                + (violations.isEmpty ? "" : ": \(violations)")
        case .podSecurityPolicy: "no PodSecurityPolicy that this user may use lets a privileged Pod in"
        case .quota(let name, let shortages):
            "the ResourceQuota \(name) of the namespace \(namespace) has no room: "
                + shortages.map {
                    "\($0.resource): \($0.requested) asked for, and \($0.left) left (\($0.used) of \($0.limited) in use)"
                }.joined(separator: "; ")
        case .quotaWants(let name, let values):
            "the ResourceQuota \(name) of the namespace \(namespace) wants what the Pod does not set: \(values)"
        case .quotaNotCounted(let name):
            "what is left of the ResourceQuota \(name) of the namespace \(namespace) is not counted yet"
        case .limitRange(let bounds):
            "a LimitRange of the namespace \(namespace) refuses the Pod: \(bounds.joined(separator: "; "))"
        case .policy(let name, let message): "the admission policy \(name) refuses the Pod: \(message)"
        case .webhook(let name, let message): "the admission webhook \(name) refuses it: \(message)"
        case .webhookUnreachable(let name, let message):
            "the admission webhook \(name) has to be asked, and does not answer: \(message)"
        case .permission(let user, let verb, let resource):
            "the user \"\(user)\" may not \(verb) \(resource) in the namespace \(namespace)"
        case .namespaceTerminating: "the namespace \(namespace) is being deleted"
        case .namespaceMissing(let name): "there is no namespace \(name)"
        case .serviceAccountMissing(let name):
            "the namespace \(namespace) has no service account \(name) (yet)"
        case .unauthorized: "the host cluster does not accept the credentials of the kubeconfig"
        }
    }

    /// What to do about it; commands work when they are pasted.
    ///
    /// - Parameter namespace: The namespace of the clusters.
    public func cure(namespace: String) -> String {
        switch self {
        case .podSecurity:
            "kubectl label namespace \(namespace) pod-security.kubernetes.io/enforce=privileged --overwrite, or use another namespace with -n"
        case .podSecurityPolicy:
            "have a PodSecurityPolicy with privileged: true bound to the user, or use another namespace with -n"
        case .quota(let name, _):
            "delete clusters that are not needed, lower --cpu, --memory or --storage, or: kubectl edit resourcequota \(name) -n \(namespace)"
        case .quotaWants(let name, _):
            "kubectl describe resourcequota \(name) -n \(namespace) shows what it wants; a LimitRange with defaults gives it"
        case .quotaNotCounted(let name):
            "try again in a moment, and see kubectl describe resourcequota \(name) -n \(namespace)"
        case .limitRange:
            "choose --cpu, --memory and --storage within the bounds: kubectl describe limitrange -n \(namespace)"
        case .policy(let name, _):
            "have the namespace excepted from it: kubectl get validatingadmissionpolicybindings shows where \(name) holds"
        case .webhook(let name, _):
            "have the namespace excepted from the webhook \(name), or do what it says"
        case .webhookUnreachable:
            "see that the webhook's Service has a Pod that runs: kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"
        case .permission:
            "kubectl apply -n \(namespace) -f deploy/rbac.yaml, and bind the Role to the user"
        case .namespaceTerminating:
            "wait until it is gone and make it again, or use another namespace with -n"
        case .namespaceMissing(let name): "kubectl create namespace \(name), or name another one with -n"
        case .serviceAccountMissing: "try again in a moment, or name another one with --service-account"
        case .unauthorized: "log in to the host cluster again, and see kubectl auth whoami"
        }
    }

    /// The check of `kinkajou doctor` that finds it before.
    public var check: String {
        switch self {
        case .podSecurity: "kube-pod-security"
        case .podSecurityPolicy: "kube-pod-security-policy"
        case .quota, .quotaWants, .quotaNotCounted: "kube-quota"
        case .limitRange: "kube-limit-range"
        case .policy, .webhook, .webhookUnreachable, .serviceAccountMissing: "kube-admission"
        case .permission: "kube-permissions"
        case .namespaceTerminating, .namespaceMissing: "kube-namespace"
        case .unauthorized: "kube-answers"
        }
    }
}

extension String {
    /// What is between two texts: after the first occurrence of one, and before the next of the other, or to the end.
    fileprivate func text(after start: String, before end: String?) -> String? {
        let from: String.Index
        if start.isEmpty {
            from = startIndex
        } else if let range = firstRange(of: start) {
            from = range.upperBound
        } else {
            return nil
        }
        guard let end else { return String(self[from...]) }
        return self[from...].firstRange(of: end).map { String(self[from..<$0.lowerBound]) }
    }

    /// The bounds in the words of a LimitRange, which have commas themselves.
    fileprivate var bounds: [String] {
        var bounds: [String] = []
        for part in components(", ") {
            if let last = bounds.indices.last, part.hasPrefix("but ") {
                bounds[last] += ", " + part
            } else {
                bounds.append(part)
            }
        }
        return bounds
    }

    private func components(_ separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: true).map(String.init)
    }
}
