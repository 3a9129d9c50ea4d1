/// What decisions need of a configuration of containerd, or of a patch for one.
///
/// Source: <https://github.com/containerd/containerd/blob/main/docs/cri/config.md>.
public struct ContainerdConfiguration: Sendable, Equatable {
    /// What tables for the CRI are called in the formats.
    private static let plugins = [
        2: "plugins.io.containerd.grpc.v1.cri.", 3: "plugins.io.containerd.cri.v1.",
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

    /// Reads the lines that matter. What is no TOML is for containerd to refuse.
    public init(toml: String) {
        var table = ""
        for line in toml.split(whereSeparator: \.isNewline) {
            let line = line.prefix { $0 != "#" }.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
            if line.hasPrefix("[") {
                table = line.filter { $0 != "[" && $0 != "]" }
                formatOfTables = Self.plugins.first { table.hasPrefix($0.value) }?.key ?? formatOfTables
                hasRegistries = hasRegistries || (table + ".").contains(".registry.")
                hasMirrors = hasMirrors || (table + ".").contains(".registry.mirrors.")
                continue
            }
            guard let equals = line.firstIndex(of: "=") else { continue }
            let name = line[..<equals]
            let value = String(line[line.index(after: equals)...])
            if table.isEmpty, name == "version" { format = Int(value) }
            if table.hasSuffix(".registry"), name == "config_path" { registryDirectory = value }
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
