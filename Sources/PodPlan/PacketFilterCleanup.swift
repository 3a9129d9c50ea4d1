/// Takes an engine's rules out of iptables again. dockerd leaves them behind when it ends, and in a Pod
/// they would stay for as long as the Pod's network does.
public enum PacketFilterCleanup {
    /// The input for `iptables-restore --noflush` that removes what came since `before`, where both are
    /// outputs of `iptables-save`; nil where nothing came. Rules of others that came meanwhile stay: only
    /// those count that name a chain or a bridge of an engine.
    public static func script(before: String, after: String) -> String? {
        let old = tables(before)
        var script = ""
        for (name, table) in tables(after) {
            let previous = old.first { $0.0 == name }?.1 ?? Table()
            let newChains = table.chains.keys.filter { previous.chains[$0] == nil && isEngineChain($0) }
                .sorted()
            var rest = previous.rules
            var deletions: [String] = []
            for rule in table.rules {
                if let index = rest.firstIndex(of: rule) {
                    rest.remove(at: index)
                } else if isEngineRule(rule, chains: newChains) {
                    deletions.append("-D" + rule.dropFirst(2))
                }
            }
            let policies = previous.chains.compactMap { chain, policy -> String? in
                guard let now = table.chains[chain], now != policy, policy != "-" else { return nil }
                return ":\(chain) \(policy) [0:0]"
            }
            // A table that dockerd has made has its built-in chains with policies of their own now.
            let lines =
                policies.sorted() + deletions + newChains.map { "-F \($0)" } + newChains.map { "-X \($0)" }
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

    private static func isEngineChain(_ name: String) -> Bool {
        name == "DOCKER" || name.hasPrefix("DOCKER-") || name == "DOCKER_OUTPUT"
            || name == "DOCKER_POSTROUTING"
    }

    /// Whether a rule is one of an engine's: it stands in or leads to one of its chains, or names one of
    /// its bridges.
    private static func isEngineRule(_ rule: String, chains: [String]) -> Bool {
        let words = rule.split(separator: " ").map(String.init)
        return words.contains { word in
            isEngineChain(word) || chains.contains(word) || word == "docker0" || word.hasPrefix("br-")
        } || isHairpin(words)
    }

    /// A container that reaches itself through its own published port: source and destination are one
    /// address, and no bridge is named.
    private static func isHairpin(_ words: [String]) -> Bool {
        guard words.contains("MASQUERADE"), let source = words.firstIndex(of: "-s"),
            let destination = words.firstIndex(of: "-d"), source + 1 < words.count,
            destination + 1 < words.count
        else { return false }
        return words[source + 1] == words[destination + 1]
    }
}
