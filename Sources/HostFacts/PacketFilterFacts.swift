/// One of the two kernel interfaces behind the command `iptables`.
public enum PacketFilterBackend: String, Sendable, Codable, CaseIterable {
    /// The old one, `iptables-legacy`.
    case legacy
    /// nf_tables through `iptables-nft`.
    case nft
}

/// Something that dockerd does with iptables, in the order in which it is tried: what comes first explains what
/// comes after.
public enum PacketFilterNeed: String, Sendable, Codable, CaseIterable {
    /// A rule in the table nat that rewrites the sender's address.
    case masquerade
    /// A rule that asks whether an address is local.
    case addressType = "addrtype"
    /// A rule that asks for the state of a connection.
    case conntrack
    /// A rule in the table raw: dockerd 28 and newer.
    case raw

    /// Whether every dockerd needs it.
    public var isAlwaysNeeded: Bool { self != .raw }

    /// A rule of dockerd's that needs it, as arguments for `iptables`.
    public func rule(isIPv6: Bool) -> [String] {
        let subnet = isIPv6 ? "fd00:17::/64" : "172.17.0.0/16"
        let address = isIPv6 ? "fd00:17::2/128" : "172.17.0.2/32"
        switch self {
        case .masquerade:
            return ["-t", "nat", "-A", "POSTROUTING", "-s", subnet, "!", "-o", "docker0", "-j", "MASQUERADE"]
        case .addressType:
            return ["-t", "nat", "-A", "PREROUTING", "-m", "addrtype", "--dst-type", "LOCAL", "-j", "ACCEPT"]
        case .conntrack:
            return [
                "-t", "filter", "-A", "FORWARD", "-o", "docker0", "-m", "conntrack", "--ctstate",
                "RELATED,ESTABLISHED", "-j", "ACCEPT",
            ]
        case .raw:
            return ["-t", "raw", "-A", "PREROUTING", "-d", address, "!", "-i", "docker0", "-j", "DROP"]
        }
    }

    /// All rules as input for `iptables-restore`.
    public static func restoreInput(isIPv6: Bool) -> String {
        allCases.map { need in
            let rule = need.rule(isIPv6: isIPv6)
            return "*\(rule[1])\n\(rule.dropFirst(2).joined(separator: " "))\nCOMMIT\n"
        }.joined()
    }

    /// The kernel's modules that give it to a backend.
    public func modules(_ backend: PacketFilterBackend, isIPv6: Bool = false) -> [String] {
        let family = isIPv6 ? "ip6" : "ip"
        switch (self, backend) {
        case (.masquerade, .legacy): return ["\(family)table_nat", "xt_MASQUERADE"]
        case (.masquerade, .nft): return ["nf_tables", "nft_chain_nat", "nft_compat", "xt_MASQUERADE"]
        case (.addressType, .legacy): return ["xt_addrtype"]
        case (.addressType, .nft): return ["nft_compat", "xt_addrtype"]
        case (.conntrack, .legacy): return ["\(family)table_filter", "xt_conntrack"]
        case (.conntrack, .nft): return ["nft_compat", "xt_conntrack"]
        case (.raw, .legacy): return ["\(family)table_raw"]
        case (.raw, .nft): return ["nf_tables"]
        }
    }
}

/// What one backend is able to do here, for one address family.
public struct PacketFilterBackendFacts: Sendable, Equatable, Codable {
    /// The command that was found, or nil.
    public var command: String?
    /// How many rules there are in this network namespace.
    public var ruleCount: Int
    /// Why the rules that are there cannot be read; nil where they can.
    public var saveError: String?
    /// What of dockerd's rules cannot be made in a fresh network namespace, and why.
    public var failures: [PacketFilterNeed: String]

    /// Facts from their parts.
    public init(
        command: String?, ruleCount: Int = 0, saveError: String? = nil,
        failures: [PacketFilterNeed: String] = [:]
    ) {
        self.command = command
        self.ruleCount = ruleCount
        self.saveError = saveError
        self.failures = failures
    }

    /// The first thing that every dockerd needs and that does not work here.
    public var obstacle: PacketFilterNeed? {
        PacketFilterNeed.allCases.first { $0.isAlwaysNeeded && failures[$0] != nil }
    }

    /// Whether the command is there and can do what every dockerd needs.
    public var isUsable: Bool { command != nil && obstacle == nil }

    /// The number of rules in the output of `iptables-save`.
    public static func ruleCount(inSave text: String) -> Int {
        text.split(separator: "\n").count { $0.hasPrefix("-A ") }
    }
}

/// Both backends, for both address families.
public struct PacketFilterFacts: Sendable, Equatable, Codable {
    /// `iptables-legacy`.
    public var legacy: PacketFilterBackendFacts
    /// `iptables-nft`.
    public var nft: PacketFilterBackendFacts
    /// `ip6tables-legacy`.
    public var legacyIPv6: PacketFilterBackendFacts
    /// `ip6tables-nft`.
    public var nftIPv6: PacketFilterBackendFacts
    /// The backend of the plain command `iptables` on PATH.
    public var preset: PacketFilterBackend?

    /// Facts from their parts.
    public init(
        legacy: PacketFilterBackendFacts, nft: PacketFilterBackendFacts,
        legacyIPv6: PacketFilterBackendFacts, nftIPv6: PacketFilterBackendFacts,
        preset: PacketFilterBackend?
    ) {
        self.legacy = legacy
        self.nft = nft
        self.legacyIPv6 = legacyIPv6
        self.nftIPv6 = nftIPv6
        self.preset = preset
    }

    /// One backend's facts for IPv4.
    public subscript(backend: PacketFilterBackend) -> PacketFilterBackendFacts {
        backend == .legacy ? legacy : nft
    }

    /// One backend's facts for IPv6.
    public func ipv6(_ backend: PacketFilterBackend) -> PacketFilterBackendFacts {
        backend == .legacy ? legacyIPv6 : nftIPv6
    }
}
