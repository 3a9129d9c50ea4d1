/// The configuration of containerd in a node: the image's own, with what this container needs otherwise. Only these
/// settings are touched, line by line, so that all else means what the image's maker meant.
enum ContainerdAdaptation {
    /// The text to run with.
    ///
    /// - Parameters:
    ///   - text: The image's configuration, in version 2 or 3 of its format: as containerd 1.x has it, and as containerd 2
    ///     writes it (which reads both).
    ///   - root: Where the store is.
    ///   - runtime: The program that containers are started with; nil: the image's.
    static func adapted(_ text: String, root: String, runtime: String?) -> String {
        let options = runtimeOptions(format: format(of: text))
        var lines: [String] = ["root = \"\(root)\""]
        var table = ""
        var hasOptions = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let trimmed = line.drop { $0 == " " || $0 == "\t" }
            let key = trimmed.prefix { $0 != "=" && $0 != " " && $0 != "\t" }
            if trimmed.hasPrefix("[") { table = header(trimmed) }
            switch key {
            case "root" where table.isEmpty:
                continue
            case "BinaryName" where runtime != nil && isOptions(table):
                // Written below, once for each table of options.
                continue
            case "SystemdCgroup":
                // There is no systemd to ask.
                lines.append("  SystemdCgroup = false")
            default:
                lines.append(String(line))
            }
            if let runtime, trimmed.hasPrefix("["), isOptions(table) {
                hasOptions = hasOptions || table == options
                lines.append("  BinaryName = \"\(runtime)\"")
            }
        }
        if let runtime, !hasOptions {
            lines += [options, "  BinaryName = \"\(runtime)\""]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The version of the format that a configuration says it has.
    private static func format(of text: String) -> Int {
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
            if line.hasPrefix("[") { break }
            if line.hasPrefix("version="), let number = Int(line.dropFirst("version=".count)) {
                return number
            }
        }
        return 2
    }

    /// The table of the options of the runtime `runc`:
    /// <https://github.com/containerd/containerd/blob/main/docs/cri/config.md>.
    private static func runtimeOptions(format: Int) -> String {
        let plugin = format >= 3 ? "io.containerd.cri.v1.runtime" : "io.containerd.grpc.v1.cri"
        return "[plugins.\"\(plugin)\".containerd.runtimes.runc.options]"
    }

    /// The header of a table, quoted as we do: TOML takes either quotes, and `containerd config default` of containerd 2
    /// writes single ones.
    private static func header(_ line: Substring) -> String {
        let end = line.firstIndex(of: "]").map { line.index(after: $0) } ?? line.endIndex
        return String(line[..<end].filter { $0 != " " && $0 != "\t" }.map { $0 == "'" ? "\"" : $0 })
    }

    /// Whether a table holds the options of a runtime of the CRI.
    private static func isOptions(_ table: String) -> Bool {
        table.hasPrefix("[plugins.") && table.contains(".runtimes.") && table.hasSuffix(".options]")
    }
}
