internal import FoundationEssentials
internal import Glibc
internal import KubernetesAPI
internal import Linux
internal import Values

/// The files of a tunnel, by its port: its lock, which it holds as long as it lives, the credentials that it hands
/// out, and its log. For the user alone.
public struct TunnelFiles: Sendable {
    /// The port.
    public let port: Int
    private let directory: String

    /// The files in the cache directory of the user's kubectl.
    public init(port: Int, environment: [String: String]) {
        self.port = port
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "/root"
        directory = home + "/.kube/cache/kinkajou"
    }

    var lock: String { "\(directory)/\(port).lock" }
    var starting: String { "\(directory)/\(port).starting" }
    var state: String { "\(directory)/\(port).json" }
    var log: String { "\(directory)/\(port).log" }

    func makeDirectory() throws {
        do {
            try Files.makeDirectories(directory, mode: 0o700)
        } catch {
            throw KinkajouError(
                "the tunnel has no place for its files: \(error)",
                cure: "make \(directory) writable, or set HOME")
        }
    }

    /// Takes a lock that ends with the process.
    ///
    /// - Parameter waits: Whether to wait for whoever has it.
    /// - Returns: Its descriptor; nil: somebody else has it.
    static func take(_ path: String, waits: Bool) throws -> Int32? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw KinkajouError(
                "\(path) cannot be opened: \(String(cString: strerror(errno)))", cure: "make it writable")
        }
        while flock(descriptor, LOCK_EX | (waits ? 0 : LOCK_NB)) != 0 {
            if errno == EINTR { continue }
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// What a tunnel leads to, and what it hands out.
    struct State: Codable, Equatable {
        var target: TunnelTarget
        var certificate: String
        var key: String
    }

    func readState() -> State? {
        guard let text = try? Files.read(state) else { return nil }
        return try? JSONDecoder().decode(State.self, from: Data(text.utf8))
    }

    func write(_ value: State) throws {
        let text = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        try Files.replace(state, with: text, mode: 0o600)
    }

    /// Marks that somebody has asked for the credentials.
    func touch() { utimensat(AT_FDCWD, state, nil, 0) }

    /// How long ago somebody asked for the credentials; nil: they are not there any more.
    func sinceAsked() -> Duration? {
        FileStatus(state).map { .seconds(max(0, time(nil) - $0.modified)) }
    }

    /// Ends the tunnel: it looks for this file, and the credentials go with it.
    public func remove() {
        for path in [state, lock, starting, log] { unlink(path) }
    }
}
