/// One of the two kernel interfaces behind the command `iptables`.
public enum PacketFilterBackend: String, Sendable, Codable, CaseIterable {
    /// The old one, `iptables-legacy`.
    case legacy
    /// nf_tables through `iptables-nft`.
    case nft
}

/// What one backend is able to do here, for one address family.
public struct PacketFilterBackendFacts: Sendable, Equatable, Codable {
    /// The command that was found, or nil.
    public var command: String?
    /// How many rules there are in this network namespace.
    public var ruleCount: Int
    /// Why the `nat` table cannot be listed in a fresh network namespace, or nil where it can.
    public var natError: String?

    /// Facts from their parts.
    public init(command: String?, ruleCount: Int, natError: String?) {
        self.command = command
        self.ruleCount = ruleCount
        self.natError = natError
    }

    /// Whether the command is there and its `nat` table works.
    public var isUsable: Bool { command != nil && natError == nil }

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
