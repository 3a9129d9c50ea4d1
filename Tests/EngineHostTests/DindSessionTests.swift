import Console
import EnginePlan
import Foundation
import Glibc
import Linux
import Testing
import Values

@testable import EngineHost

/// What a session does in which order, whichever way it ends. The host records it; the command is a real one.
struct DindSessionTests {
    private let calls = CallList()

    /// A session, and where its signals come from.
    private func session(
        _ host: RecordingHost, workload: (any Workload)? = nil, command: String? = nil,
        grace: Duration = .seconds(20), exitsZeroOnStop: Bool = false
    ) -> (session: DindSession, signals: AsyncStream<Int32>.Continuation) {
        let (stream, signals) = AsyncStream.makeStream(of: Int32.self)
        let words = command.map { ["/bin/sh", "-c", $0] } ?? []
        let options = DindOptions(
            settings: DindSettings(), command: words.map { NativeString($0) }, readyTimeout: .seconds(1),
            grace: grace, logPath: "/dev/null", copiesLogToStderr: false, tlsNames: [],
            exitsZeroOnStop: exitsZeroOnStop)
        return (
            DindSession(
                options: options, host: host, workload: workload, progress: Console.Progress(isQuiet: true),
                signals: { stream }), signals
        )
    }

    private struct RecordedWorkload: Workload {
        let calls: CallList
        var settingUp: @Sendable () async throws -> Void = {}

        func setUp(
            environment: [String: String], progress: Console.Progress
        ) async throws -> [String: String] {
            calls.add("set up")
            try await settingUp()
            return ["MARK": "set"]
        }

        func tearDown(environment: [String: String], deadline: ContinuousClock.Instant) async -> [String] {
            calls.add("take down")
            return []
        }
    }

    private let all = ["prepare", "start", "set up", "take down", "tear down"]

    @Test func theCommandsStatusIsTheSessions() async {
        let host = RecordingHost(calls: calls)
        let workload = RecordedWorkload(calls: calls)
        let (session, _) = session(host, workload: workload, command: "test \"$MARK\" = set && exit 7")
        #expect(await session.run() == 7)
        #expect(calls.values == all)
    }

    /// Whatever stage is reached: it is taken down, what was set up inside before what it was set up in.
    @Test(arguments: ["prepare", "start", "set up"])
    func aSignalWhileStarting(stage: String) async {
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let stall: @Sendable () async throws -> Void = {
            begin.yield()
            try await Task.sleep(for: .seconds(60))
        }
        let none: @Sendable () async throws -> Void = {}
        let host = RecordingHost(
            calls: calls, preparing: stage == "prepare" ? stall : none,
            starting: stage == "start" ? stall : none)
        let workload = RecordedWorkload(calls: calls, settingUp: stage == "set up" ? stall : none)
        let (session, signals) = session(host, workload: workload, command: "exit 0")
        async let status = session.run()
        for await _ in begun { break }
        signals.yield(SIGTERM)
        #expect(await status == 128 + SIGTERM)
        let reached = all.prefix { $0 != stage } + [stage]
        #expect(calls.values == reached + ["take down", "tear down"])
    }

    /// A stage that fails says what it was, and nothing after it begins.
    @Test(arguments: ["prepare", "start", "set up"])
    func aStageThatFails(stage: String) async {
        let fail: @Sendable () async throws -> Void = {
            throw KinkajouError("\(stage) failed", cure: "none", code: .timedOut)
        }
        let none: @Sendable () async throws -> Void = {}
        let host = RecordingHost(
            calls: calls, preparing: stage == "prepare" ? fail : none,
            starting: stage == "start" ? fail : none)
        let workload = RecordedWorkload(calls: calls, settingUp: stage == "set up" ? fail : none)
        let (session, _) = session(host, workload: workload, command: "exit 0")
        #expect(await session.run() == ErrorCode.timedOut.exitStatus)
        let reached = all.prefix { $0 != stage } + [stage]
        #expect(calls.values == reached + ["take down", "tear down"])
    }

    @Test(
        arguments: [(false, [], 143), (true, [], 0), (true, ["a cgroup"], 143)] as [(Bool, [String], Int32)])
    func oneThatOnlyServes(exitsZero: Bool, leftBehind: [String], status: Int32) async {
        let host = RecordingHost(calls: calls, leftBehind: leftBehind)
        let (session, signals) = session(host, exitsZeroOnStop: exitsZero)
        signals.yield(SIGTERM)
        #expect(await session.run() == status)
        #expect(calls.values.last == "tear down")
    }

    @Test func theEngineIsLostWhileTheCommandRuns() async {
        let host = RecordingHost(
            calls: calls, lost: { KinkajouError("lost", cure: "none", code: .engineFailed) })
        let (session, _) = session(host, command: "trap 'exit 0' TERM; sleep 60 & wait")
        #expect(await session.run() == ErrorCode.engineFailed.exitStatus)
        #expect(calls.values == ["prepare", "start", "tear down"])
    }

    /// A command that does not care about SIGTERM is killed when its part of the grace is over, and what is to be
    /// taken down then still has the rest.
    @Test func theGraceIsShared() async throws {
        let (file, path) = try readyFile()
        defer {
            close(file)
            unlink(path)
        }
        let host = RecordingHost(calls: calls)
        let grace = Duration.seconds(2)
        let (session, signals) = session(
            host, command: "trap '' TERM; echo > \(path); while :; do sleep 1; done", grace: grace)
        async let status = session.run()
        #expect(await isReadable(file))
        let asked = ContinuousClock.now
        signals.yield(SIGTERM)
        #expect(await status == 128 + SIGKILL)
        let budget = try #require(await host.budget)
        #expect(budget.end >= asked + grace)
        #expect(budget.end < .now + grace)
    }

    /// Who asks twice does not wait for the grace.
    @Test func theSecondSignalKills() async throws {
        let (file, path) = try readyFile()
        defer {
            close(file)
            unlink(path)
        }
        let host = RecordingHost(calls: calls)
        let (session, signals) = session(
            host, command: "trap '' TERM INT; echo > \(path); while :; do sleep 1; done",
            grace: .seconds(3600))
        async let status = session.run()
        #expect(await isReadable(file))
        signals.yield(SIGTERM)
        signals.yield(SIGINT)
        #expect(await status == 128 + SIGKILL)
        #expect(calls.values == ["prepare", "start", "tear down"])
    }

    // MARK: - A command that tells when it is so far

    /// A named pipe, open for reading.
    private func readyFile() throws -> (descriptor: Int32, path: String) {
        let path = "/tmp/kinkajou-ready-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try #require(mkfifo(path, 0o600) == 0)
        // Writing too, so that opening it waits for nobody.
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        try #require(descriptor >= 0)
        return (descriptor, path)
    }

    /// Waits for a minute at most, on a thread that nothing else needs.
    private func isReadable(_ descriptor: Int32) async -> Bool {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                continuation.resume(returning: poll(&entry, 1, 60_000) == 1)
            }
        }
    }
}
