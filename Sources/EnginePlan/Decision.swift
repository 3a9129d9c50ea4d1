public import Values

/// Where a setting came from, strongest first.
public enum SettingSource: String, Sendable, Codable, CaseIterable {
    /// A command line option of ours.
    case flag
    /// An environment variable.
    case environment
    /// The user's own `/etc/docker/daemon.json`.
    case file
    /// Worked out from the facts.
    case plan
}

/// A value with where it came from.
public struct Setting<Value: Sendable & Equatable>: Sendable, Equatable {
    /// The value.
    public var value: Value
    /// Who set it.
    public var source: SettingSource

    /// A value and its source.
    public init(_ value: Value, from source: SettingSource) {
        self.value = value
        self.source = source
    }
}

extension Setting: Codable where Value: Codable {}

/// One thing that was decided, and why.
public struct Decision: Sendable, Equatable, Codable {
    /// What it is about, such as `mtu`.
    public var subject: String
    /// What was chosen.
    public var choice: String
    /// The facts behind it, in a sentence.
    public var reason: String
    /// Who decided.
    public var source: SettingSource

    /// A decision from its parts.
    public init(_ subject: String, _ choice: String, because reason: String, source: SettingSource = .plan) {
        self.subject = subject
        self.choice = choice
        self.reason = reason
        self.source = source
    }
}

/// Something about the host that stands in the way, or will.
public struct Problem: Sendable, Equatable, Codable {
    /// How bad it is.
    public enum Severity: String, Sendable, Codable {
        /// It works, with a loss that is named.
        case warning
        /// It cannot work.
        case error
    }

    /// What it is about.
    public var topic: ProblemTopic
    /// How bad it is.
    public var severity: Severity
    /// What is wrong and how it was seen.
    public var summary: String
    /// What to do about it.
    public var cure: String
    /// What kind of failure it is when it ends the program; nil for a warning, which does not.
    public var code: ErrorCode?

    /// An error: the plan cannot be applied.
    public static func error(
        _ topic: ProblemTopic, _ summary: String, cure: String, code: ErrorCode
    ) -> Problem {
        Problem(topic: topic, severity: .error, summary: summary, cure: cure, code: code)
    }

    /// A warning.
    public static func warning(_ topic: ProblemTopic, _ summary: String, cure: String) -> Problem {
        Problem(topic: topic, severity: .warning, summary: summary, cure: cure, code: nil)
    }
}
