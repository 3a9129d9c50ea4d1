internal import ClusterSpec
internal import Synchronization
internal import Values

/// Feeds a ``CreationMachine`` with what happens, and does what it says.
struct CreationRun: Sendable {
    let spec: ClusterSpec
    /// Whether something besides the agent tells that the cluster is ready.
    var hasProbes = true
    let follower: any CreationFollower
    /// Runs a command beside the agent.
    let run: @Sendable (RemoteCommand) async throws -> RemoteResult
    /// The last lines of the Pod's or container's log, for a failure that nobody has explained.
    let lastLines: @Sendable () async -> [String]

    /// Gives a happening to the machine.
    typealias Feed = @Sendable (CreationMachine.Happening) -> Void

    /// Runs to the end.
    ///
    /// - Parameter sources: Tell what happens, each for as long as it is there; one that throws ends all of it.
    /// - Throws: `KinkajouError` where the cluster will not be ready, or what a source throws.
    func untilReady(sources: [@Sendable (@escaping Feed) async throws -> Void]) async throws {
        let (happenings, continuation) = AsyncStream.makeStream(of: CreationMachine.Happening.self)
        let feed: Feed = { continuation.yield($0) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            defer { group.cancelAll() }
            for source in sources {
                group.addTask {
                    try await source(feed)
                    return false
                }
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: .seconds(1))
                    feed(.tick)
                }
            }
            group.addTask {
                try await self.obey(happenings, feed: feed)
                return true
            }
            // A source that has nothing more to tell decides nothing.
            while let isOver = try await group.next(), !isOver {}
        }
    }

    private func obey(_ happenings: AsyncStream<CreationMachine.Happening>, feed: @escaping Feed) async throws
    {
        var machine = CreationMachine(spec, hasProbes: hasProbes)
        let began = ContinuousClock.now
        var listening: Task<Void, Never>?
        defer { listening?.cancel() }
        for await happening in happenings {
            try Task.checkCancellation()
            for action in machine.handle(happening, at: began.duration(to: .now)) {
                switch action {
                case .begin(let phase): follower.begin(phase)
                case .update(let detail): follower.update(detail)
                case .end(let success): follower.end(success: success)
                case .notice(let text): follower.notice(text)
                case .listen:
                    let events = AgentEvents(run: run)
                    listening = Task { await events.listen(feed) }
                case .finish: return
                case .fail(var error, let withLog):
                    if withLog, error.evidence.isEmpty { error.evidence = await lastLines() }
                    throw error
                }
            }
        }
        throw CancellationError()
    }
}
