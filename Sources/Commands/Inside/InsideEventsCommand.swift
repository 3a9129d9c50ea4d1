internal import ArgumentParser
internal import Console
internal import Glibc
internal import Linux
internal import PodAgent
internal import Values

/// `kinkajou inside events`.
struct InsideEventsCommand: AsyncCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "What the making of the cluster tells, as lines of JSON: what was, and what comes.",
        usage: "kinkajou inside events [<options>]",
        discussion: """
            It ends when the cluster is ready, when it has come to nothing, or when whoever made it has ended.
            """)

    @Option(help: "Only what comes after the event of this number.")
    var after = 0

    @Flag(help: "Go on after the cluster is ready.")
    var follow = false

    @Option(help: "The socket of the events.")
    var socket = EventServer.socket

    @Option(help: "How long to wait for whoever tells them to listen.")
    var timeout = DurationArgument(.seconds(10))

    func runToExitStatus() async throws -> Int32 {
        // There is nothing to take down.
        let signals = Task {
            for await number in SignalStream.start()
            where [SIGTERM, SIGINT, SIGHUP, SIGQUIT].contains(number) {
                Glibc.exit(128 + number)
            }
        }
        defer { signals.cancel() }
        do {
            let descriptor = try await connect()
            let status = await BlockingWork.run { [after, follow] in
                Self.copy(from: descriptor, after: after, follow: follow)
            }
            close(descriptor)
            return status
        } catch {
            StandardError.report(error)
            return error.code.exitStatus
        }
    }

    /// The agent begins to listen a moment after its container has started.
    private func connect() async throws(KinkajouError) -> Int32 {
        let deadline = ContinuousClock.now + timeout.duration
        while true {
            do throws(SystemError) {
                return try UnixSocket.connect(socket)
            } catch {
                guard [ENOENT, ECONNREFUSED].contains(error.errorNumber), ContinuousClock.now < deadline
                else {
                    throw KinkajouError(
                        "nobody tells what happens here: \(error)",
                        cure: "see that `kinkajou cluster` runs in this container", code: .engineFailed)
                }
            }
            guard (try? await Task.sleep(for: .milliseconds(50))) != nil else {
                throw KinkajouError("interrupted", cure: "")
            }
        }
    }

    private static func copy(from descriptor: Int32, after: Int, follow: Bool) -> Int32 {
        var lines = EventLines()
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0, let events = try? lines.take(buffer[..<count]) else { return 0 }
            for event in events where event.number > after {
                // A reader that is gone ends this, as it ends any filter.
                guard put(event.line) else { return 0 }
                switch event.event {
                case .ready where !follow, .ended: return 0
                default: continue
                }
            }
        }
    }

    private static func put(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}
