import Linux
import Synchronization
import Values

@testable import EngineHost

/// What was called, in order.
final class CallList: Sendable {
    private let list = Mutex<[String]>([])

    var values: [String] { list.withLock { $0 } }

    func add(_ value: String) { list.withLock { $0.append(value) } }
}

/// A host that takes down what a session asks of it, and does at each stage what a test wants.
actor RecordingHost: SessionHost {
    typealias Stage = @Sendable () async throws -> Void

    nonisolated let calls: CallList
    private(set) var budget: StopBudget?
    private let preparing: Stage
    private let starting: Stage
    private let lost: @Sendable () async -> KinkajouError?
    private let leftBehind: [String]
    private(set) var hasEngine = false
    let foundChecks: [String] = []
    let readyNotice = "ready"

    init(
        calls: CallList = CallList(), preparing: @escaping Stage = {}, starting: @escaping Stage = {},
        lost: @escaping @Sendable () async -> KinkajouError? = {
            await untilCancelled()
            return nil
        }, leftBehind: [String] = []
    ) {
        self.calls = calls
        self.preparing = preparing
        self.starting = starting
        self.lost = lost
        self.leftBehind = leftBehind
    }

    func prepare() async throws {
        calls.add("prepare")
        try await preparing()
    }

    func start() async throws {
        calls.add("start")
        hasEngine = true
        try await starting()
    }

    func supervise(report: @escaping @Sendable (String) -> Void) async -> KinkajouError? { await lost() }

    func commandEnvironment() -> [String: String] { ["PATH": "/usr/bin:/bin"] }

    func commandNamespace() async -> CgroupNamespace? { nil }

    func tearDown(budget: StopBudget) async -> [String] {
        calls.add("tear down")
        self.budget = budget
        return leftBehind
    }
}

/// Returns when the task is cancelled, within a minute at most.
func untilCancelled() async {
    try? await Task.sleep(for: .seconds(60))
}
