public import Values

/// How the start of a cluster went: its phases on one axis of time. A value; it is made from what was told, and shown in
/// several forms.
public struct Trace: Sendable, Equatable {
    /// How a phase, or all of it, came out.
    public enum Outcome: String, Sendable {
        case done
        case failed
        /// It still goes on.
        case open
    }

    /// One phase.
    public struct Phase: Sendable, Equatable {
        /// What a person sees of it.
        public var title: String
        /// What programs know it by; nil: nobody said.
        public var code: PhaseCode?
        /// When it began, in seconds from the trace's start.
        public var begin: Double
        /// How long it took, in seconds; of one that goes on: until now.
        public var seconds: Double
        /// How it came out.
        public var outcome: Outcome
        /// What it waited for last, in words; nil: it said nothing.
        public var waitedFor: String?

        /// A phase from its parts.
        public init(
            _ title: String, code: PhaseCode? = nil, begin: Double, seconds: Double, outcome: Outcome = .done,
            waitedFor: String? = nil
        ) {
            self.title = title
            self.code = code
            self.begin = begin
            self.seconds = seconds
            self.outcome = outcome
            self.waitedFor = waitedFor
        }
    }

    /// The cluster's name.
    public var cluster: String
    /// When it began, in seconds since 1970.
    public var start: Double
    /// The phases, in the order in which they began.
    public var phases: [Phase]
    /// How all of it came out.
    public var outcome: Outcome
    /// Why it failed, in a line; nil: it did not.
    public var failure: String?

    /// How long all of it took, in seconds.
    public var seconds: Double {
        let end = phases.map { $0.begin + $0.seconds }.max() ?? 0
        return end.isFinite ? end : 0
    }

    /// A trace from its parts.
    public init(
        cluster: String, start: Double, phases: [Phase], outcome: Outcome, failure: String? = nil
    ) {
        self.cluster = cluster
        self.start = start
        self.phases = phases
        self.outcome = outcome
        self.failure = failure
    }

    /// What an agent has told of a start, up to the moment when the cluster was ready or came to nothing.
    ///
    /// - Parameters:
    ///   - events: The events, in order.
    ///   - now: The time, in seconds since 1970: a phase that goes on has lasted until then.
    public init(cluster: String, events: [ProgressEvent], now: Double) {
        self.init(cluster: cluster, start: events.first?.time ?? now, phases: [], outcome: .open)
        for event in events {
            guard outcome == .open else { break }
            take(event)
        }
        close(at: now, as: .open)
    }

    /// What was seen of a start here.
    ///
    /// - Parameter failure: Why it came to nothing; nil: the phases say whether it did.
    public init(cluster: String, records: [PhaseRecord], failure: String? = nil) {
        let start = records.map(\.start).min() ?? 0
        self.init(
            cluster: cluster, start: start,
            phases: records.map { record in
                Phase(
                    Self.plain(record.name), begin: record.start - start, seconds: record.duration.seconds,
                    outcome: record.succeeded ? .done : .failed, waitedFor: record.waitedFor.map(Self.plain))
            },
            outcome: failure == nil && records.allSatisfy(\.succeeded) ? .done : .failed,
            failure: failure.map(Self.plain))
    }

    private mutating func take(_ event: ProgressEvent) {
        switch event.event {
        case .begun(let code, let title):
            close(at: event.time, as: .done)
            phases.append(
                Phase(
                    Self.plain(title), code: code, begin: max(0, event.time - start), seconds: 0,
                    outcome: .open))
        case .waiting(let detail):
            if let last = phases.indices.last, phases[last].outcome == .open {
                phases[last].waitedFor = Self.plain(detail)
            }
        case .done: close(at: event.time, as: .done)
        case .failed: close(at: event.time, as: .failed)
        case .ready:
            close(at: event.time, as: .done)
            outcome = .done
        case .ended(let error):
            close(at: event.time, as: .failed)
            outcome = .failed
            failure = Self.plain(error.summary)
        case .started, .progress, .notice: break
        }
    }

    private mutating func close(at time: Double, as outcome: Outcome) {
        guard let last = phases.indices.last, phases[last].outcome == .open else { return }
        // The clock can be set back meanwhile.
        phases[last].seconds = max(0, time - start - phases[last].begin)
        phases[last].outcome = outcome
    }

    /// What all of it came to, in a line.
    public var summary: String {
        let time = Self.tenths(seconds)
        return switch outcome {
        case .done: "\(cluster): ready after \(time) s"
        case .failed: "\(cluster): failed after \(time) s"
        case .open: "\(cluster): starting for \(time) s"
        }
    }

    /// A number with one decimal.
    static func tenths(_ value: Double) -> String {
        guard let tenths = Int(exactly: (value * 10).rounded()) else { return "?" }
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// A text without what would control a terminal or is nothing in a page.
    static func plain(_ text: String) -> String {
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            plain.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return String(plain)
    }
}
