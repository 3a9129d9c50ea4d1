public import HostFacts

/// What a Docker engine says of itself, as far as the checks ask.
public struct DockerFacts: Sendable, Equatable {
    /// The engine's socket.
    public var socket: String
    /// What is to be run.
    public var purpose: Purpose
    /// Why it did not answer; nil: it did.
    public var failure: String?
    /// Its version.
    public var version: EngineVersion?
    /// `1` or `2`.
    public var cgroupVersion: String
    /// `cgroupfs`, `systemd` or `none`.
    public var cgroupDriver: String
    /// The storage driver.
    public var storageDriver: String
    /// Whether images lie in containerd's store instead of a storage driver's.
    public var hasContainerdStore: Bool
    /// The default OCI runtime.
    public var runtime: String
    /// Such as `name=seccomp,profile=default`.
    public var securityOptions: [String]
    /// Processors that it sees.
    public var processors: Int
    /// Memory that it sees, in bytes.
    public var memoryBytes: UInt64
    /// The kernel.
    public var kernel: String
    /// What it complains about.
    public var warnings: [String]
    /// Whether containers outlive the daemon.
    public var hasLiveRestore: Bool
    /// The image that is run in it.
    public var image: String
    /// Whether it has that image.
    public var hasImage: Bool
    /// What became of the probe.
    public var probe: ProbeState

    /// Facts from their parts.
    public init(
        socket: String, purpose: Purpose, failure: String? = nil, version: EngineVersion? = nil,
        cgroupVersion: String = "", cgroupDriver: String = "", storageDriver: String = "",
        hasContainerdStore: Bool = false, runtime: String = "runc", securityOptions: [String] = [],
        processors: Int = 0, memoryBytes: UInt64 = 0, kernel: String = "", warnings: [String] = [],
        hasLiveRestore: Bool = false, image: String = "kinkajou/pod", hasImage: Bool = false,
        probe: ProbeState = .notAsked
    ) {
        self.socket = socket
        self.purpose = purpose
        self.failure = failure
        self.version = version
        self.cgroupVersion = cgroupVersion
        self.cgroupDriver = cgroupDriver
        self.storageDriver = storageDriver
        self.hasContainerdStore = hasContainerdStore
        self.runtime = runtime
        self.securityOptions = securityOptions
        self.processors = processors
        self.memoryBytes = memoryBytes
        self.kernel = kernel
        self.warnings = warnings
        self.hasLiveRestore = hasLiveRestore
        self.image = image
        self.hasImage = hasImage
        self.probe = probe
    }

    /// Whether a security option such as `rootless` is on.
    func has(option name: String) -> Bool {
        securityOptions.contains { $0.split(separator: ",").contains("name=\(name)") }
    }
}
