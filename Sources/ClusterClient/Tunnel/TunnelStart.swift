internal import Glibc
internal import Linux
internal import NIOPosix
internal import Values

/// Sees to it that a tunnel runs, and reads the credentials that it hands out.
public struct TunnelStart: Sendable {
    private let files: TunnelFiles
    private let target: TunnelTarget
    private let idleLimit: Duration
    private static let limit = Duration.seconds(30)

    /// The tunnel of a port.
    public init(files: TunnelFiles, target: TunnelTarget, idleLimit: Duration) {
        self.files = files
        self.target = target
        self.idleLimit = idleLimit
    }

    /// The certificate and the key, in base64.
    public func credentials() async throws -> (certificate: String, key: String) {
        try files.makeDirectory()
        if let state = try aliveState() { return state }
        // One of several kubectl that begin at the same time starts it, the others wait here.
        guard let starting = try TunnelFiles.take(files.starting, waits: true) else {
            throw KinkajouError("\(files.starting) cannot be locked", cure: "remove the file")
        }
        defer { close(starting) }
        if let state = try aliveState() { return state }
        try await start()
        guard let state = try aliveState() else {
            throw KinkajouError(
                "the tunnel to the cluster \"\(target.cluster)\" ended at once", cure: "see \(files.log)")
        }
        return state
    }

    /// What a tunnel that runs hands out; nil: none runs.
    private func aliveState() throws -> (certificate: String, key: String)? {
        if let lock = try TunnelFiles.take(files.lock, waits: false) {
            close(lock)
            return nil
        }
        guard let state = files.readState() else { return nil }
        guard state.target == target else {
            throw KinkajouError(
                "port \(files.port) is that of the tunnel to the cluster \"\(state.target.cluster)\" in namespace \"\(state.target.namespace)\"",
                cure: "`kinkajou export kubeconfig --name \(target.cluster)` chooses another port")
        }
        // A sign of life, so that the tunnel stays as long as these credentials are used.
        files.touch()
        return (state.certificate, state.key)
    }

    /// Starts this program again as the tunnel, which outlives us, and waits until it says that it listens.
    private func start() async throws {
        let arguments =
            ["tunnel"] + target.options
            + [
                "--port", "\(files.port)", "--idle", "\(idleLimit.components.seconds)s", "-v", "1",
                "--log-format", "json",
            ]
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("pipe", "", errno) }
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        let log = open(files.log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { for descriptor in [ends[0], null, log] where descriptor >= 0 { close(descriptor) } }
        var request = ChildRequest(
            executable: Files.resolved("/proc/self/exe") ?? "/proc/self/exe", arguments: arguments,
            environment: Environment.all())
        request.streams = (null, ends[1], log)
        let child: ChildProcess
        do {
            child = try ChildProcess.start(request)
        } catch {
            close(ends[1])
            throw error
        }
        close(ends[1])
        // The pipe ends when the tunnel has said that it is ready, and when it has died.
        let reading = ends[0]
        let said = try await withTimeLimit(Self.limit, "the tunnel to the cluster \"\(target.cluster)\"") {
            try await withTaskCancellationHandler {
                try await Self.readToEnd(reading)
            } onCancel: {
                child.signal(SIGKILL)
            }
        }
        guard Self.events(said).contains(.ready) else {
            _ = await child.wait(atMost: .seconds(5))
            for case .ended(let error) in Self.events((try? Files.read(files.log)) ?? "").reversed() {
                throw error
            }
            throw KinkajouError(
                "the tunnel to the cluster \"\(target.cluster)\" cannot be opened", cure: "see \(files.log)")
        }
    }

    /// The events among lines that may be records of the log, too.
    private static func events(_ text: String) -> [ProgressEvent.Content] {
        text.split(separator: "\n").compactMap { try? ProgressEvent(line: Array($0.utf8)).event }
    }

    private static func readToEnd(_ descriptor: Int32) async throws -> String {
        try await NIOThreadPool.singleton.runIfActive {
            var text: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 256)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return String(decoding: text, as: UTF8.self) }
                text += buffer[..<count]
            }
        }
    }
}
