/// The kernel and its settings that matter to containers.
public struct KernelFacts: Sendable, Equatable, Codable {
    /// `uname -r`.
    public var release: String
    /// Names of the loaded modules (`/proc/modules`).
    public var modules: [String]
    /// Whether modules can be found for loading (`/lib/modules/RELEASE`).
    public var hasModuleDirectory: Bool
    /// File systems that the kernel knows (`/proc/filesystems`).
    public var fileSystems: [String]
    /// Whether AppArmor is on (`/sys/module/apparmor/parameters/enabled`).
    public var appArmorEnabled: Bool
    /// Settings by their names, such as `fs.inotify.max_user_instances`; absent where they cannot be read.
    public var settings: [String: String]
    /// Device files that are there, such as `/dev/kmsg`.
    public var devices: [String]

    /// Facts from their parts.
    public init(
        release: String, modules: [String], hasModuleDirectory: Bool, fileSystems: [String],
        appArmorEnabled: Bool, settings: [String: String], devices: [String]
    ) {
        self.release = release
        self.modules = modules
        self.hasModuleDirectory = hasModuleDirectory
        self.fileSystems = fileSystems
        self.appArmorEnabled = appArmorEnabled
        self.settings = settings
        self.devices = devices
    }

    /// File system names in a `/proc/filesystems` text.
    public static func parseFileSystems(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { $0.split(separator: "\t").last.map(String.init) }
    }

    /// Module names in a `/proc/modules` text.
    public static func parseModules(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
    }
}
