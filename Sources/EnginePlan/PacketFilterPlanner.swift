internal import HostFacts
internal import Values

/// Decides which iptables backend is used. Rules of the other backend that are there already keep working
/// beside ours, but a mix of both confuses everyone who reads only one of them, kube-proxy first.
enum PacketFilterPlanner {
    /// Holds links to the chosen backend's commands, at the front of PATH.
    static let directory = "/run/kinkajou/iptables"

    struct Outcome {
        var backend: PacketFilterBackend
        var decision: Decision
        var steps: [PlannedStep] = []
        var problems: [Problem] = []
    }

    static func plan(_ facts: HostFacts, settings: DindSettings) -> Outcome {
        let filter = facts.packetFilter
        var outcome = choose(filter, asked: settings.packetFilter)
        let chosen = outcome.backend
        if filter[chosen].command == nil {
            outcome.problems.append(
                .error(
                    .packetFilterProgram,
                    "iptables (\(chosen.rawValue)) is not installed, so nested containers have no network",
                    cure: "install Debian's package iptables in the image",
                    code: .programMissing))
        } else if let reason = filter[chosen].natError,
            // Without these the attempt fails whatever the kernel can do, and the missing one is reported.
            facts.process.effective.contains(.netAdmin), facts.process.effective.contains(.sysAdmin)
        {
            let other: PacketFilterBackend = chosen == .legacy ? .nft : .legacy
            outcome.problems.append(
                .error(
                    .packetFilter,
                    filter[other].isUsable
                        ? "the nat table of iptables-\(chosen.rawValue), which was asked for, does not work:"
                            + " \(reason)"
                        : "no iptables backend has a working nat table: \(reason)",
                    cure: filter[other].isUsable
                        ? "leave --iptables-backend and DOCKER_IPTABLES_LEGACY out, and"
                            + " iptables-\(other.rawValue) is used"
                        : "load ip_tables and iptable_nat, or nf_tables, on the node (mount /lib/modules"
                            + " read-only so that they can be loaded from here)",
                    code: .engineFailed))
        }
        if filter.preset != chosen, filter[chosen].command != nil {
            outcome.steps.append(
                PlannedStep(
                    .selectPacketFilter(backend: chosen, directory: directory),
                    because: "the command iptables means \(filter.preset?.rawValue ?? "nothing") here"))
        }
        return outcome
    }

    private static func choose(
        _ filter: PacketFilterFacts, asked: Setting<PacketFilterBackend>?
    ) -> Outcome {
        func outcome(_ backend: PacketFilterBackend, _ reason: String, _ source: SettingSource = .plan)
            -> Outcome
        {
            Outcome(
                backend: backend,
                decision: Decision("iptables", backend.rawValue, because: reason, source: source))
        }
        if let asked { return outcome(asked.value, "as asked for", asked.source) }
        let legacyRules = filter.legacy.ruleCount
        let nftRules = filter.nft.ruleCount
        if legacyRules > 0, filter.legacy.isUsable, legacyRules >= nftRules || !filter.nft.isUsable {
            return outcome(
                .legacy, "\(legacyRules) rules are there in the legacy backend, \(nftRules) in nft")
        }
        if nftRules > 0, filter.nft.isUsable {
            return outcome(.nft, "\(nftRules) rules are there in the nft backend, \(legacyRules) in legacy")
        }
        // With no rule anywhere the newer kernel interface comes first: the old one is being retired, and a
        // kernel without it still has its command installed.
        if filter.nft.isUsable { return outcome(.nft, "no rules are there, and nft's nat table works") }
        if filter.legacy.isUsable {
            return outcome(
                .legacy,
                "no rules are there, and only the legacy nat table works (nft: \(filter.nft.natError ?? "?"))"
            )
        }
        return outcome(filter.preset ?? .nft, "neither backend's nat table works")
    }

    /// Whether the chosen backend can do IPv6 NAT.
    static func hasIPv6(_ facts: HostFacts, _ backend: PacketFilterBackend) -> Bool {
        facts.packetFilter.ipv6(backend).isUsable
    }
}
