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
    /// What to do: a command or a line of a manifest; nil: nothing, or what the check says.
    public var cure: String?
    /// Whether the check's own cure is that of this finding.
    var hasChecksCure = false

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

    /// Worth knowing, and nothing to do unless a cure is given.
    static func info(_ found: String, from source: String, cure: String? = nil) -> Finding {
        Finding(severity: .info, found: found, source: source, cure: cure)
    }

    /// Worth knowing, and the check says what can be done.
    static func advice(_ found: String, from source: String) -> Finding {
        Finding(.info, found, source, cure: nil)
    }

    /// It may fail. Without a cure of its own it has the check's.
    static func warning(_ found: String, from source: String, cure: String? = nil) -> Finding {
        Finding(.warning, found, source, cure: cure)
    }

    /// It cannot work. Without a cure of its own it has the check's.
    static func error(_ found: String, from source: String, cure: String? = nil) -> Finding {
        Finding(.error, found, source, cure: cure)
    }

    private init(_ severity: Severity, _ found: String, _ source: String, cure: String?) {
        self.init(severity: severity, found: found, source: source, cure: cure)
        hasChecksCure = cure == nil
    }
}
