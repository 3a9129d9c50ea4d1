/// How much a finding matters.
public enum Severity: String, Sendable, Codable, CaseIterable, Comparable {
    /// As it should be.
    case ok
    /// Worth knowing: Kinkajou deals with it, or it costs something.
    case info
    /// It may fail, or works with a loss that is named.
    case warning
    /// It cannot work.
    case error

    /// The lesser comes first.
    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// What a check found.
public struct Finding: Sendable, Equatable {
    /// How much it matters.
    public var severity: Severity
    /// What was found, with its value.
    public var found: String
    /// The file or call that it came from.
    public var source: String
    /// What to do: a command or a line of a manifest; nil: nothing.
    public var cure: String?

    /// A finding from its parts.
    public init(severity: Severity, found: String, source: String, cure: String? = nil) {
        self.severity = severity
        self.found = found
        self.source = source
        self.cure = cure
    }

    /// All is well.
    static func ok(_ found: String, from source: String) -> Finding {
        Finding(severity: .ok, found: found, source: source)
    }

    /// Worth knowing.
    static func info(_ found: String, from source: String, cure: String? = nil) -> Finding {
        Finding(severity: .info, found: found, source: source, cure: cure)
    }

    /// It may fail.
    static func warning(_ found: String, from source: String, cure: String) -> Finding {
        Finding(severity: .warning, found: found, source: source, cure: cure)
    }

    /// It cannot work.
    static func error(_ found: String, from source: String, cure: String) -> Finding {
        Finding(severity: .error, found: found, source: source, cure: cure)
    }
}
