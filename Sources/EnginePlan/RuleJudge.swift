internal import HostFacts

/// Tells from a line of `iptables-save` whether an engine wrote it, and which.
struct RuleJudge {
    private let ownership: NamespaceOwnership
    /// Bridges of any name: dockerd sends what leaves by them through its chain.
    private var learned: Set<Substring> = []

    init(ownership: NamespaceOwnership) {
        self.ownership = ownership
    }

    /// Learns the names of bridges from the rules of the engine, where it is the only one.
    mutating func learnBridges(from rules: [String]) {
        guard !ownership.isShared else { return }
        learned = Set(rules.map { Rule($0) }.compactMap { $0.target == "DOCKER" ? $0.outgoing : nil })
    }

    static func isEngineChain(_ name: some StringProtocol) -> Bool {
        name == "DOCKER" || name.hasPrefix("DOCKER-")
    }

    /// Whether a rule is one of our engine's. A rule that names an interface beside the engine's bridges is
    /// somebody's own, such as that of a VPN which lets nested containers in.
    func isOurs(_ text: String) -> Bool {
        let rule = Rule(text)
        let interfaces = [rule.incoming, rule.outgoing].compactMap { $0 }
        let isOfEngine =
            Self.isEngineChain(rule.chain) || rule.target.map { Self.isEngineChain($0) } == true
        if !interfaces.isEmpty, interfaces.allSatisfy({ isOurBridge($0) }) { return true }
        if isOfEngine, !ownership.isShared { return true }
        guard interfaces.isEmpty else { return false }
        let isHairpin = rule.target == "MASQUERADE" && rule.source != nil && rule.source == rule.destination
        // Subnets are known of IPv4 alone.
        if isHairpin, rule.source?.contains(":") == true { return !ownership.isShared }
        let addresses = [rule.source, rule.destination].compactMap { $0 }.compactMap { IPv4Network($0) }
        let isInside = addresses.contains { address in
            ownership.made.subnets.contains {
                $0.overlaps(address) && $0.prefixLength <= address.prefixLength
            }
        }
        if isOfEngine { return isInside }
        // A container reaches itself by its own published port: source and destination are one address, and no
        // bridge is named.
        return isInside && isHairpin
    }

    private func isOurBridge(_ name: Substring) -> Bool {
        learned.contains(name) || ownership.isOurBridge(name)
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
