/// The configuration of containerd in a node: the image's own, with what this container needs otherwise. Only these
/// settings are touched, line by line, so that all else means what the image's maker meant.
enum ContainerdAdaptation {
    private static let options = #"[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]"#

    /// The text to run with.
    ///
    /// - Parameters:
    ///   - text: The image's configuration, in version 2 of its format.
    ///   - root: Where the store is.
    ///   - runtime: The program that containers are started with; nil: the image's.
    static func adapted(_ text: String, root: String, runtime: String?) -> String {
        var lines: [String] = ["root = \"\(root)\""]
        var table = ""
        var hasOptions = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let trimmed = line.drop { $0 == " " || $0 == "\t" }
            let key = trimmed.prefix { $0 != "=" && $0 != " " && $0 != "\t" }
            if trimmed.hasPrefix("[") { table = String(trimmed) }
            switch key {
            case "root" where table.isEmpty:
                continue
            case "BinaryName" where runtime != nil:
                // Written below, once for each table of options.
                continue
            case "SystemdCgroup":
                // There is no systemd to ask.
                lines.append("  SystemdCgroup = false")
            default:
                lines.append(String(line))
            }
            if let runtime, trimmed.hasPrefix("[plugins."), trimmed.contains(".runtimes."),
                trimmed.hasSuffix(".options]")
            {
                hasOptions = hasOptions || trimmed == options
                lines.append("  BinaryName = \"\(runtime)\"")
            }
        }
        if let runtime, !hasOptions {
            lines += [options, "  BinaryName = \"\(runtime)\""]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
