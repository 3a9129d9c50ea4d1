internal import Synchronization
public import Values

/// The events of a session: kept, so that who comes late gets them all, and handed on as they come.
public final class EventLog: Sendable {
    private struct State {
        var events: [ProgressEvent] = []
        var number = 0
        var lastProgress: ContinuousClock.Instant?
        var readers: [Int: AsyncStream<ProgressEvent>.Continuation] = [:]
        var nextReader = 0
        var isOver = false
    }

    /// How often progress within a phase is told at most: it is for eyes.
    private static let pace = Duration.milliseconds(500)
    /// What a reader that does not read is kept at most.
    private static let backlog = 4096

    private let state = Mutex(State())

    /// A stream that has just begun.
    public init() {
        append(.started(program: Release.current))
    }

    /// The error that ended it; nil: none.
    public var error: KinkajouError? {
        for case .ended(let error) in state.withLock({ $0.events.map(\.event) }).reversed() { return error }
        return nil
    }

    /// Adds an event. Of progress that follows progress only the last is kept.
    ///
    /// - Returns: The event; nil: it was left out, because the last of its kind is too recent, or all is over.
    @discardableResult
    public func append(_ content: ProgressEvent.Content) -> ProgressEvent? {
        let time = LogOutput.now()
        return state.withLock { state in
            guard !state.isOver else { return nil }
            if content.isProgress {
                if let last = state.lastProgress, last + Self.pace > .now { return nil }
                state.lastProgress = .now
                if state.events.last?.event.isProgress == true { state.events.removeLast() }
            }
            state.number += 1
            let event = ProgressEvent(number: state.number, time: time, content)
            state.events.append(event)
            for reader in state.readers.values { reader.yield(event) }
            return event
        }
    }

    /// All events so far and those to come, until ``finish()``.
    public func events() -> AsyncStream<ProgressEvent> {
        let (stream, feed) = AsyncStream.makeStream(
            of: ProgressEvent.self, bufferingPolicy: .bufferingNewest(Self.backlog))
        state.withLock { state in
            for event in state.events { feed.yield(event) }
            guard !state.isOver else { return feed.finish() }
            let reader = state.nextReader
            state.nextReader += 1
            state.readers[reader] = feed
            feed.onTermination = { [weak self] _ in
                // Not at once: this may be called by who holds the lock.
                Task { self?.state.withLock { $0.readers[reader] = nil } }
            }
        }
        return stream
    }

    /// Ends the stream of every reader.
    public func finish() {
        let readers = state.withLock { state in
            state.isOver = true
            defer { state.readers = [:] }
            return Array(state.readers.values)
        }
        for reader in readers { reader.finish() }
    }
}

extension ProgressEvent.Content {
    /// Whether the next one of its kind replaces it.
    fileprivate var isProgress: Bool {
        switch self {
        case .progress, .waiting: true
        default: false
        }
    }
}
