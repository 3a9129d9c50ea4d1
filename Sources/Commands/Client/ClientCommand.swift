internal import ArgumentParser
internal import ClusterClient
internal import Console
internal import EnginePlan
internal import Glibc
internal import KubernetesAPI
internal import Linux
internal import Synchronization
internal import Values

/// A command for clusters elsewhere: it can be interrupted at any moment, and ends with kind's exit statuses.
protocol ClientCommand: AsyncCommand, LoggingCommand {
    /// Does it, and returns the exit status.
    func execute() async throws -> Int32
}

extension ClientCommand {
    func runToExitStatus() async throws -> Int32 {
        await ClientRun.run { try await execute() }
    }
}

/// Runs a client command: signals cancel it, errors are said once.
enum ClientRun {
    static func run(_ body: @escaping @Sendable () async throws -> Int32) async -> Int32 {
        let received = Mutex<Int32?>(nil)
        let isSaid = Mutex(false)
        let work = Task { try await body() }
        let signals = SignalStream.start()
        let listener = Task {
            for await number in signals {
                switch number {
                case SIGWINCH: WindowChanges.announce()
                case SIGINT, SIGTERM, SIGHUP, SIGQUIT:
                    let isSecond = received.withLock { first in
                        defer { first = first ?? number }
                        return first != nil
                    }
                    // Once, however often somebody asks.
                    let saysNow =
                        isSecond
                        && isSaid.withLock { said in
                            defer { said = true }
                            return !said
                        }
                    if saysNow {
                        StandardError.write(
                            "kinkajou: still taking away what was made; it ends by itself\n")
                    }
                    work.cancel()
                default: continue
                }
            }
        }
        defer { listener.cancel() }
        let result = await work.result
        Terminal.restore()
        switch result {
        case .success(let status): return status
        case .failure(let error):
            if error is ReaderGone { return ReaderGone.exitStatus }
            if let number = received.withLock({ $0 }) {
                if !(error is CancellationError) { report(error) }
                return 128 + number
            }
            return report(error)
        }
    }

    @discardableResult
    private static func report(_ error: any Error) -> Int32 {
        let error = KinkajouError(describing: error)
        StandardError.report(error)
        return error.code.clientExitStatus
    }
}
