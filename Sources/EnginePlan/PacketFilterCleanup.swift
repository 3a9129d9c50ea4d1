internal import HostFacts

/// Takes an engine's rules out of iptables again. dockerd leaves them behind when it ends, and in a Pod
/// they would stay for as long as the Pod's network does.
public enum PacketFilterCleanup {
    /// The input for `iptables-restore --noflush` that removes what the engine added since `before`, where both
    /// are outputs of `iptables-save`; nil where there is nothing. Rules of others that came meanwhile stay: of a
    /// mesh, a VPN, another engine.
    ///
    /// - Parameters:
    ///   - before: The rules before the engine came.
    ///   - after: The rules after it has ended.
    ///   - ownership: Whose the namespace is.
    ///   - closedForwarding: Whether it was this engine that turned forwarding on. Then dockerd lets FORWARD drop
    ///     what no rule accepts; nothing else of the built-in chains is its doing.
    public static func script(
        before: String, after: String, ownership: NamespaceOwnership, closedForwarding: Bool
    ) -> String? {
        let old = tables(before)
        let new = tables(after)
        var judge = RuleJudge(ownership: ownership)
        judge.learnBridges(from: new.flatMap(\.1.rules))
        var script = ""
        for (name, table) in new {
            let previous = old.first { $0.0 == name }?.1 ?? Table()
            var rest = previous.rules
            var deletions: [String] = []
            for rule in table.rules {
                if let index = rest.firstIndex(of: rule) {
                    rest.remove(at: index)
                } else if judge.isOurs(rule) {
                    deletions.append("-D" + rule.dropFirst(2))
                }
            }
            // Chains are shared with an engine that came later, and are left to it.
            let chains =
                ownership.isShared
                ? []
                : table.chains.keys.filter { previous.chains[$0] == nil && RuleJudge.isEngineChain($0) }
                    .sorted()
            var policies: [String] = []
            if name == "filter", closedForwarding, !ownership.isShared, table.chains["FORWARD"] == "DROP",
                // The built-in chains of a table that was not there before accepted everything.
                (previous.chains["FORWARD"] ?? "ACCEPT") == "ACCEPT"
            {
                policies = [":FORWARD ACCEPT [0:0]"]
            }
            let lines = policies + deletions + chains.map { "-F \($0)" } + chains.map { "-X \($0)" }
            guard !lines.isEmpty else { continue }
            script += "*\(name)\n" + lines.joined(separator: "\n") + "\nCOMMIT\n"
        }
        return script.isEmpty ? nil : script
    }

    private struct Table {
        /// Chains with their policies; `-` for those that users made.
        var chains: [String: String] = [:]
        var rules: [String] = []
    }

    private static func tables(_ save: String) -> [(String, Table)] {
        var tables: [(String, Table)] = []
        for line in save.split(separator: "\n") {
            if line.hasPrefix("*") {
                tables.append((String(line.dropFirst()), Table()))
            } else if let last = tables.indices.last {
                if line.hasPrefix(":") {
                    let words = line.dropFirst().split(separator: " ").map(String.init)
                    if words.count >= 2 { tables[last].1.chains[words[0]] = words[1] }
                } else if line.hasPrefix("-A ") {
                    tables[last].1.rules.append(String(line))
                }
            }
        }
        return tables
    }
}
