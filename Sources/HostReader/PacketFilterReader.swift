internal import HostFacts
internal import Linux

/// Finds out what each iptables backend can do here.
enum PacketFilterReader {
    static func read() async -> PacketFilterFacts {
        async let legacy = backend("iptables-legacy", tables: "/proc/net/ip_tables_names")
        async let nft = backend("iptables-nft", tables: nil)
        async let legacyIPv6 = backend("ip6tables-legacy", tables: "/proc/net/ip6_tables_names")
        async let nftIPv6 = backend("ip6tables-nft", tables: nil)
        async let preset = preset()
        return await PacketFilterFacts(
            legacy: legacy, nft: nft, legacyIPv6: legacyIPv6, nftIPv6: nftIPv6, preset: preset)
    }

    private static func backend(_ name: String, tables: String?) async -> PacketFilterBackendFacts {
        guard let command = Programs.find(name) else {
            return PacketFilterBackendFacts(command: nil, ruleCount: 0, natError: nil)
        }
        // Listing a legacy table makes it, with its hooks, in the network namespace of the caller: so the
        // attempt has a namespace of its own.
        async let attempt = Tool.run("unshare", ["--net", "--", command, "-w", "5", "-t", "nat", "-nL"])
        var rules = 0
        // For the same reason legacy rules are only read where the kernel says that there are tables.
        if tables.map({ !FactsReader.text($0).isEmpty }) ?? true {
            rules = await PacketFilterBackendFacts.ruleCount(inSave: Tool.run(command + "-save", []).output)
        }
        let result = await attempt
        return PacketFilterBackendFacts(
            command: command, ruleCount: rules, natError: result.isSuccess ? nil : result.reason)
    }

    private static func preset() async -> PacketFilterBackend? {
        guard let command = Programs.find("iptables") else { return nil }
        let version = await Tool.run(command, ["--version"]).output
        if version.contains("nf_tables") { return .nft }
        // iptables before 1.8 knew one backend and did not name it.
        return version.hasPrefix("iptables v") ? .legacy : nil
    }
}
