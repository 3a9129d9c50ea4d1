/// A phase that has been gone through, with its times.
public struct PhaseRecord: Sendable, Equatable {
    /// What a person saw of it.
    public var name: String
    /// What it waited for, where it did nothing but wait.
    public var waitedFor: String?
    /// When it began, in seconds since 1970.
    public var start: Double
    /// How long it took, by a clock that is never set.
    public var duration: Duration
    /// Whether it worked.
    public var succeeded: Bool
}
