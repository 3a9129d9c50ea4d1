/// The answer to `GET /info`, as far as a supervisor needs it.
public struct SystemInfo: Sendable, Equatable, Decodable {
    /// The daemon's version.
    public let serverVersion: String
    /// The storage driver, such as `overlay2`.
    public let driver: String
    /// What the storage driver says of itself, such as `Backing Filesystem`.
    public let driverStatus: [String: String]
    /// `cgroupfs`, `systemd` or `none`.
    public let cgroupDriver: String
    /// `1` or `2`.
    public let cgroupVersion: String
    /// The OCI runtime that containers get unless they ask for another.
    public let defaultRuntime: String
    /// The names of all OCI runtimes.
    public let runtimes: [String]
    /// Such as `name=seccomp,profile=default`.
    public let securityOptions: [String]
    /// What the daemon itself finds wrong with the host.
    public let warnings: [String]
    /// The data root.
    public let dockerRootDir: String
    /// How many containers there are.
    public let containers: Int64
    /// How many of them run.
    public let containersRunning: Int64
    /// How many of them are paused.
    public let containersPaused: Int64
    /// How many of them have ended.
    public let containersStopped: Int64
    /// How many images there are.
    public let images: Int64
    /// The logging driver that containers get unless they ask for another.
    public let loggingDriver: String
    /// The kernel's release.
    public let kernelVersion: String
    /// The system's name, such as `Debian GNU/Linux 12 (bookworm)`.
    public let operatingSystem: String
    /// The processors that the daemon sees.
    public let processors: Int64
    /// The memory that the daemon sees, in bytes.
    public let memoryBytes: Int64
    /// The host's name.
    public let name: String
    /// Whether containers go on while the daemon is down.
    public let liveRestoreEnabled: Bool

    enum CodingKeys: String, CodingKey {
        case serverVersion = "ServerVersion"
        case driver = "Driver"
        case driverStatus = "DriverStatus"
        case cgroupDriver = "CgroupDriver"
        case cgroupVersion = "CgroupVersion"
        case defaultRuntime = "DefaultRuntime"
        case runtimes = "Runtimes"
        case securityOptions = "SecurityOptions"
        case warnings = "Warnings"
        case dockerRootDir = "DockerRootDir"
        case containers = "Containers"
        case containersRunning = "ContainersRunning"
        case containersPaused = "ContainersPaused"
        case containersStopped = "ContainersStopped"
        case images = "Images"
        case loggingDriver = "LoggingDriver"
        case kernelVersion = "KernelVersion"
        case operatingSystem = "OperatingSystem"
        case processors = "NCPU"
        case memoryBytes = "MemTotal"
        case name = "Name"
        case liveRestoreEnabled = "LiveRestoreEnabled"
    }

    /// A runtime's particulars, which differ between versions and are of no interest here.
    private struct Runtime: Decodable {}

    /// Reads the API's JSON.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        serverVersion = try values.decode(String.self, forKey: .serverVersion)
        driver = try values.text(.driver)
        let status: [[String]] = try values.list(.driverStatus)
        driverStatus = Dictionary(status.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { _, last in last }
        cgroupDriver = try values.text(.cgroupDriver)
        cgroupVersion = try values.text(.cgroupVersion)
        defaultRuntime = try values.text(.defaultRuntime)
        let runtimes: [String: Runtime] = try values.map(.runtimes)
        self.runtimes = runtimes.keys.sorted()
        securityOptions = try values.list(.securityOptions)
        warnings = try values.list(.warnings)
        dockerRootDir = try values.text(.dockerRootDir)
        containers = try values.number(.containers)
        containersRunning = try values.number(.containersRunning)
        containersPaused = try values.number(.containersPaused)
        containersStopped = try values.number(.containersStopped)
        images = try values.number(.images)
        loggingDriver = try values.text(.loggingDriver)
        kernelVersion = try values.text(.kernelVersion)
        operatingSystem = try values.text(.operatingSystem)
        processors = try values.number(.processors)
        memoryBytes = try values.number(.memoryBytes)
        name = try values.text(.name)
        liveRestoreEnabled = try values.flag(.liveRestoreEnabled)
    }
}
