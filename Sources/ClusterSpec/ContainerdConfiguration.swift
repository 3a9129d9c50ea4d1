internal import Formats
internal import Values

/// What decisions need of a configuration of containerd, or of a patch for one.
///
/// Source: <https://github.com/containerd/containerd/blob/main/docs/cri/config.md>.
public struct ContainerdConfiguration: Sendable, Equatable {
    /// The plugins of the CRI in the formats.
    private static let plugins = [
        2: ["io.containerd.grpc.v1.cri"],
        3: ["io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime"],
    ]

    /// The format that it says it has: 2 up to containerd 1.7, and what containerd 2 reads too; 3 since containerd 2.
    public var format: Int?
    /// The format that its tables have, whatever it says.
    var formatOfTables: Int?
    /// The directory where hosts of registries are looked for (`config_path`).
    var registryDirectory: String?
    /// Whether registries have mirrors in the configuration itself.
    var hasMirrors = false
    /// Whether it says anything of registries.
    var hasRegistries = false

    /// Reads a file or a patch. What is no TOML says nothing: a patch is refused for it elsewhere, and the file of an image
    /// is for containerd to refuse.
    public init(toml: String) {
        let root = (try? JSONValue(toml: toml)) ?? [:]
        format = root["version"].integer.map { Int($0) }
        let plugins = root["plugins"].object
        for (format, names) in Self.plugins.sorted(by: { $0.key < $1.key }) {
            for name in names {
                guard let plugin = plugins[name] else { continue }
                formatOfTables = format
                guard case .object(let registry) = plugin["registry"] else { continue }
                hasRegistries = true
                hasMirrors = hasMirrors || !(registry["mirrors"]?.object.isEmpty ?? true)
                registryDirectory = registry["config_path"]?.string ?? registryDirectory
            }
        }
    }

    /// The table of the options of the runtime `runc`.
    static func runtimeOptions(format: Int) -> String {
        let plugin = format >= 3 ? "io.containerd.cri.v1.runtime" : "io.containerd.grpc.v1.cri"
        return "plugins.\"\(plugin)\".containerd.runtimes.runc.options"
    }

    /// The table of registries.
    static func registries(format: Int) -> String {
        let plugin = format >= 3 ? "io.containerd.cri.v1.images" : "io.containerd.grpc.v1.cri"
        return "plugins.\"\(plugin)\".registry"
    }
}
