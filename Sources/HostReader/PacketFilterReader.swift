internal import HostFacts
internal import Linux

/// What each iptables backend can do.
extension FactsReader {
    func packetFilter() async -> PacketFilterFacts {
        async let legacy = backend("iptables-legacy", tables: "/proc/net/ip_tables_names")
        async let nft = backend("iptables-nft", tables: nil)
        async let legacyIPv6 = backend("ip6tables-legacy", tables: "/proc/net/ip6_tables_names")
        async let nftIPv6 = backend("ip6tables-nft", tables: nil)
        async let preset = preset()
        return await PacketFilterFacts(
            legacy: legacy, nft: nft, legacyIPv6: legacyIPv6, nftIPv6: nftIPv6, preset: preset)
    }

    private func backend(_ name: String, tables: String?) async -> PacketFilterBackendFacts {
        guard let command = find(name) else { return PacketFilterBackendFacts(command: nil) }
        async let failures = failures(command, isIPv6: name.hasPrefix("ip6"))
        var facts = PacketFilterBackendFacts(command: command)
        // Reading a legacy table makes it, with its hooks: so that is done only where the kernel says that there
        // are some.
        if tables.map({ !text($0).isEmpty }) ?? true {
            let save = await run(command + "-save", [], "")
            facts.ruleCount = PacketFilterBackendFacts.ruleCount(inSave: save.output)
            facts.saveError = save.isSuccess ? nil : save.reason
        }
        facts.failures = await failures
        return facts
    }

    /// Tries dockerd's rules: all at once, and where that fails, which it says of none in particular, one by one.
    /// A network namespace that goes with the attempt holds what it makes.
    private func failures(_ command: String, isIPv6: Bool) async -> [PacketFilterNeed: String] {
        let all = await run(
            "unshare", ["--net", "--", command + "-restore", "-w", "5"],
            PacketFilterNeed.restoreInput(isIPv6: isIPv6))
        guard !all.isSuccess else { return [:] }
        return await withTaskGroup(of: (PacketFilterNeed, String?).self) { group in
            for need in PacketFilterNeed.allCases {
                group.addTask {
                    let rule = need.rule(isIPv6: isIPv6)
                    let result = await run("unshare", ["--net", "--", command, "-w", "5"] + rule, "")
                    return (need, result.isSuccess ? nil : result.reason)
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private func preset() async -> PacketFilterBackend? {
        guard let command = find("iptables") else { return nil }
        let version = await run(command, ["--version"], "").output
        if version.contains("nf_tables") { return .nft }
        // iptables before 1.8 knew one backend and did not name it.
        return version.hasPrefix("iptables v") ? .legacy : nil
    }
}
