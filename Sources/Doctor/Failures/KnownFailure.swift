/// A failure that is known: what messages speak of it, why it happens, what to do, and the check that looks for it before
/// it happens. ``all`` is the one catalogue of them, whichever part the message is from.
public struct KnownFailure: Sendable, Equatable {
    /// Whose words a message is.
    public enum Part: String, Sendable, CaseIterable {
        /// dockerd, or a container in it.
        case dockerd
        /// containerd in a node.
        case containerd
        /// The kubelet.
        case kubelet
        /// kubeadm.
        case kubeadm
        /// kind.
        case kind
    }

    /// The messages: any of these lists of texts, all of which occur. In lower case.
    public let patterns: [[String]]
    /// Whose messages; empty: anybody's.
    public let parts: Set<Part>
    /// Why it happens; `nil`: the check says it.
    public let cause: String?
    /// What to do about it; `nil`: the check says it.
    public let cure: String?
    /// The identifier of the check that looks for it; `nil`: there is none.
    public let check: String?
    /// Where it was reported and explained.
    public let reference: String?
    /// Whether it makes others: then it is the cause wherever a log speaks of it, whatever was said last.
    public let isRoot: Bool

    init(
        _ patterns: [[String]], from parts: Set<Part> = [], cause: String, cure: String, check: String? = nil,
        reference: String? = nil, isRoot: Bool = false
    ) {
        self.patterns = patterns
        self.parts = parts
        self.cause = cause
        self.cure = cure
        self.check = check
        self.reference = reference
        self.isRoot = isRoot
    }

    /// What people see when a check was not heeded.
    static func symptom(_ check: String, _ texts: String...) -> KnownFailure {
        KnownFailure(patterns: texts.map { [$0] }, check: check)
    }

    private init(patterns: [[String]], check: String) {
        self.patterns = patterns
        self.check = check
        parts = []
        cause = nil
        cure = nil
        reference = nil
        isRoot = false
    }

    /// The command that looks for it, and says more; `nil`: there is none.
    public var command: String? { check.flatMap(Check.named)?.command() }

    /// Whether a message speaks of it.
    public func matches(_ message: String) -> Bool {
        let message = message.lowercased()
        return patterns.contains { texts in texts.allSatisfy { message.contains($0) } }
    }

    /// The first failure with a cause that messages speak of.
    ///
    /// - Parameters:
    ///   - messages: The most telling first.
    ///   - parts: Whose they are.
    public static func of(_ messages: [String], from parts: Set<Part>) -> KnownFailure? {
        let candidates = all.filter { known in
            known.cause != nil && (known.parts.isEmpty || !known.parts.isDisjoint(with: parts))
        }
        return messages.lazy.compactMap { message in candidates.first { $0.matches(message) } }.first
    }

    /// All of them, the more specific ones first.
    public static let all: [KnownFailure] = nodes + images + kind + dockerd + symptoms
}

extension Check {
    /// Parts of messages that people see when the check was not heeded, in lower case; what is between "..." does not
    /// matter.
    public var symptoms: [String] {
        var seen: Set<String> = []
        return KnownFailure.all.filter { $0.check == id }.flatMap(\.patterns).map {
            $0.joined(separator: " ... ")
        }
        .filter { seen.insert($0).inserted }
    }
}
