internal import HostFacts

/// Takes an engine's rules out of iptables again. dockerd leaves them behind when it ends, and in a Pod
/// they would stay for as long as the Pod's network does.
public enum PacketFilterCleanup {
    /// The input for `iptables-restore --noflush` that removes what came since `before`, where both are
    /// outputs of `iptables-save`; nil where nothing came. Rules of others that came meanwhile stay: only
    /// those count that name a chain or a bridge of an engine.
    public static func script(before: String, after: String) -> String? {
        let old = tables(before)
        let new = tables(after)
        let bridges = engineBridges(new.flatMap(\.1.rules))
        var script = ""
        for (name, table) in new {
            let previous = old.first { $0.0 == name }?.1 ?? Table()
            let newChains = table.chains.keys.filter { previous.chains[$0] == nil && isEngineChain($0) }
                .sorted()
            var rest = previous.rules
            var deletions: [String] = []
            for rule in table.rules {
                if let index = rest.firstIndex(of: rule) {
                    rest.remove(at: index)
                } else if isEngineRule(rule, bridges: bridges) {
                    deletions.append("-D" + rule.dropFirst(2))
                }
            }
            // The built-in chains of a table that was not there before accepted everything.
            let policies = table.chains.compactMap { chain, now -> String? in
                let policy = previous.chains[chain] ?? "ACCEPT"
                return now == policy || now == "-" || policy == "-" ? nil : ":\(chain) \(policy) [0:0]"
            }
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

    private static func isEngineChain(_ name: some StringProtocol) -> Bool {
        name == "DOCKER" || name.hasPrefix("DOCKER-")
    }

    /// Bridges of any name: dockerd sends what leaves by them through its chain.
    private static func engineBridges(_ rules: [String]) -> Set<Substring> {
        Set(
            rules.map { Rule($0) }.compactMap { $0.target == "DOCKER" ? $0.outgoing : nil })
    }

    /// Whether a rule is one of an engine's: it stands in or leads to one of its chains, names one of its
    /// bridges, or lets a container reach itself by its own published port.
    private static func isEngineRule(_ text: String, bridges: Set<Substring>) -> Bool {
        let rule = Rule(text)
        return isEngineChain(rule.chain) || rule.target.map { isEngineChain($0) } == true
            || [rule.incoming, rule.outgoing].contains { name in
                name.map { bridges.contains($0) || NetworkInterface.isEngineBridge($0) } == true
            }
            // Source and destination are one address, and no bridge is named.
            || (rule.target == "MASQUERADE" && rule.source != nil && rule.source == rule.destination)
    }

    /// What a line of `iptables-save` says, as far as it tells whose it is.
    private struct Rule {
        var chain: Substring = ""
        var target: Substring?
        var incoming: Substring?
        var outgoing: Substring?
        var source: Substring?
        var destination: Substring?

        init(_ text: String) {
            let words = text.split(separator: " ")
            for (option, value) in zip(words, words.dropFirst()) {
                switch option {
                case "-A": chain = value
                case "-j", "-g": target = value
                case "-i": incoming = value
                case "-o": outgoing = value
                case "-s": source = value
                case "-d": destination = value
                default: break
                }
            }
        }
    }
}
