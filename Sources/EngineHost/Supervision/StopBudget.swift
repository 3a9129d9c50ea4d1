/// The time that a stop may take, and how its parts share it: one after the other, each may use whatever is left,
/// but for what those after it need. A part that is done early leaves its time to the others.
public struct StopBudget: Sendable, Equatable {
    /// The parts, in order.
    public enum Part: CaseIterable {
        /// The user's command, from the signal to SIGKILL.
        case command
        /// What a session has set up in the engine, such as a cluster.
        case workload
        /// The nested containers.
        case containers
        /// dockerd itself.
        case daemon
        /// Cgroups, mounts, interfaces and rules that are left.
        case traces
    }

    /// When everything has to be over.
    public let end: ContinuousClock.Instant
    private let grace: Duration

    /// The budget of a stop that began at a time.
    ///
    /// - Parameters:
    ///   - grace: How long it may take in all.
    ///   - start: When it began.
    init(grace: Duration, from start: ContinuousClock.Instant) {
        self.grace = grace
        end = start + grace
    }

    /// What a part needs in the worst case, as a share of the grace and at most so much. The command has the
    /// rest.
    private static func need(of part: Part, grace: Duration) -> Duration {
        switch part {
        case .command: .zero
        case .workload: min(.seconds(2), grace * 10 / 100)
        case .containers: min(.seconds(4), grace * 15 / 100)
        // An idle one ends within half a second, on a busy machine within two.
        case .daemon: min(.seconds(3), grace * 15 / 100)
        case .traces: min(.seconds(2), grace * 10 / 100)
        }
    }

    /// When a part has to be over, so that those after it have what they need.
    public func deadline(of part: Part) -> ContinuousClock.Instant {
        let later = Part.allCases.drop { $0 != part }.dropFirst()
        return later.reduce(end) { $0 - Self.need(of: $1, grace: grace) }
    }

    /// How long a part may take from now on; never less than nothing.
    public func remaining(for part: Part, now: ContinuousClock.Instant = .now) -> Duration {
        max(.zero, now.duration(to: deadline(of: part)))
    }
}
