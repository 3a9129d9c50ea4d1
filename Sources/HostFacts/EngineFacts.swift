/// The version of a Docker engine, such as 26.1.5.
public struct EngineVersion: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// The first number.
    public var major: Int
    /// The second number.
    public var minor: Int

    /// A version from its first two numbers.
    public init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Finds the version in the output of `dockerd --version`.
    public init?(versionOutput text: String) {
        guard
            let word = text.split(whereSeparator: { $0 == " " || $0 == "," }).first(where: { word in
                word.first?.isNumber == true && word.contains(".")
            })
        else { return nil }
        let numbers = word.split(separator: ".").map { Int($0.prefix(while: { $0.isNumber })) }
        guard numbers.count >= 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        self.init(major: major, minor: minor)
    }

    /// Older versions come first.
    public static func < (left: EngineVersion, right: EngineVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    /// The two numbers with a dot.
    public var description: String { "\(major).\(minor)" }
}

/// The engine's programs and what an earlier run of it left.
public struct EngineFacts: Sendable, Equatable, Codable {
    /// `dockerd` on PATH.
    public var daemon: String?
    /// Its version.
    public var version: EngineVersion?
    /// The OCI runtime on PATH (`runc`, else `crun`).
    public var runtime: String?
    /// Kinkajou's OCI runtime wrapper.
    public var wrapper: String?
    /// `fuse-overlayfs` on PATH.
    public var fuseOverlay: String?
    /// An init for containers (`docker run --init`).
    public var containerInit: String?
    /// Whether something answers on the socket already.
    public var socketAnswers: Bool
    /// Whether a directory is in the socket's place.
    public var socketIsDirectory: Bool
    /// Whether what answers is an engine that Kinkajou runs in this container.
    public var isOurs: Bool
    /// Pid files and sockets that an ended engine left behind.
    public var staleFiles: [String]

    /// Facts from their parts.
    public init(
        daemon: String?, version: EngineVersion?, runtime: String?, wrapper: String?,
        fuseOverlay: String? = nil, containerInit: String? = nil, socketAnswers: Bool = false,
        socketIsDirectory: Bool = false,
        isOurs: Bool = false, staleFiles: [String] = []
    ) {
        self.daemon = daemon
        self.version = version
        self.runtime = runtime
        self.wrapper = wrapper
        self.fuseOverlay = fuseOverlay
        self.containerInit = containerInit
        self.socketAnswers = socketAnswers
        self.socketIsDirectory = socketIsDirectory
        self.isOurs = isOurs
        self.staleFiles = staleFiles
    }
}
