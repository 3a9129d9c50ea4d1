/// How often a daemon that dies is started again: a few times in a row. After it has served quietly for a while,
/// its next end is the first of a new row.
struct RestartAllowance: Sendable, Equatable {
    /// How often in a row.
    static let limit = 3
    /// How long it has to serve for a new row to begin.
    static let quietTime = Duration.seconds(600)

    private(set) var count = 0
    private var servingSince: ContinuousClock.Instant?

    /// The allowance of a daemon that does not serve yet.
    init() {}

    /// It has ended. The result says whether it may be started again.
    mutating func takeEnd(at now: ContinuousClock.Instant) -> Bool {
        if let servingSince, servingSince.duration(to: now) >= Self.quietTime { count = 0 }
        servingSince = nil
        guard count < Self.limit else { return false }
        count += 1
        return true
    }

    /// It serves.
    mutating func takeReady(at now: ContinuousClock.Instant) {
        servingSince = now
    }
}
