internal import Glibc
internal import Linux
internal import Synchronization

/// The signal by which a person or a Pod's end stops a command, which can then tidy up.
final class Interruption: Sendable {
    private let taken = Mutex<Int32?>(nil)

    /// Waits for a signal from now on. There may be one of it in a process, whose signals were blocked before it
    /// had a second thread (`SignalStream.blockAll`).
    init(_ handler: @escaping @Sendable () -> Void) {
        Task { [weak self] in
            for await number in SignalStream.start()
            where [SIGTERM, SIGINT, SIGHUP, SIGQUIT].contains(number) {
                self?.taken.withLock { $0 = $0 ?? number }
                handler()
            }
        }
    }

    /// The first signal; nil: there was none.
    var signal: Int32? { taken.withLock { $0 } }
}
