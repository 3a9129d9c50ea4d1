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
        let firewall = EngineFirewall(settings)
        guard firewall == .iptables else {
            return withoutIPTables(facts, firewall: firewall)
        }
        var outcome = choose(filter, asked: settings.packetFilter)
        let chosen = outcome.backend
        if filter[chosen].command == nil {
            outcome.problems.append(
                .error(
                    .packetFilterProgram,
                    "iptables (\(chosen.rawValue)) is not installed, so nested containers have no network",
                    cure: "install Debian's package iptables in the image",
                    code: .programMissing))
        } else if let obstacle = filter[chosen].obstacle,
            // Without these the attempt fails whatever the kernel can do, and the missing one is reported.
            facts.process.effective.contains(.netAdmin), facts.process.effective.contains(.sysAdmin),
            facts.resources.startFailure == nil
        {
            outcome.problems.append(unusable(filter, chosen: chosen, obstacle: obstacle, facts: facts))
        } else if let reason = filter[chosen].saveError {
            outcome.problems.append(
                .warning(
                    .packetFilter,
                    "the rules of iptables-\(chosen.rawValue) cannot be read: \(reason); what the engine adds"
                        + " to them will be left behind",
                    cure: "see what \(filter[chosen].command ?? "iptables")-save says here"))
        }
        if needsRaw(facts), let reason = filter[chosen].failures[.raw] {
            outcome.problems.append(
                .warning(
                    .packetFilter,
                    "the table raw does not work (\(reason)), so dockerd is told to do without: other hosts of"
                        + " the outer network can reach nested containers directly",
                    cure: "on the node: modprobe "
                        + PacketFilterNeed.raw.modules(chosen).joined(separator: " ")))
        }
        if filter.preset != chosen, filter[chosen].command != nil {
            outcome.steps.append(
                PlannedStep(
                    .selectPacketFilter(backend: chosen, directory: directory),
                    because: "the command iptables means \(filter.preset?.rawValue ?? "nothing") here"))
        }
        return outcome
    }

    private static func withoutIPTables(_ facts: HostFacts, firewall: EngineFirewall) -> Outcome {
        var outcome = Outcome(
            backend: facts.packetFilter.preset ?? .nft,
            decision: Decision(
                "iptables", "not used",
                because: firewall == .none
                    ? "the user's settings turn the engine's rules off: to connect its networks is theirs"
                    : "the user's settings choose dockerd's own nftables backend",
                source: .file))
        if firewall == .nftables, facts.kernel.settings["net.ipv4.ip_forward"] == "0" {
            outcome.steps.append(
                PlannedStep(
                    .setKernelSetting(name: "net.ipv4.ip_forward", value: "1"),
                    because:
                        "dockerd turns forwarding on with iptables alone; with nftables it wants to find it on"
                ))
        }
        if firewall == .nftables, let version = facts.engine.version,
            version < EngineVersion(major: 29, minor: 0)
        {
            outcome.problems.append(
                .error(
                    .packetFilter, "dockerd \(version) has no nftables backend: that came with 29",
                    cure: "leave firewall-backend out of daemon.json and DOCKER_ARGS, or use dockerd 29",
                    code: .usage))
        }
        return outcome
    }

    /// dockerd 28 keeps other hosts from nested containers by rules in the table raw, and does not start without.
    static func needsRaw(_ facts: HostFacts) -> Bool {
        facts.engine.version.map { $0 >= EngineVersion(major: 28, minor: 0) } ?? false
    }

    private static func unusable(
        _ filter: PacketFilterFacts, chosen: PacketFilterBackend, obstacle: PacketFilterNeed, facts: HostFacts
    ) -> Problem {
        let other: PacketFilterBackend = chosen == .legacy ? .nft : .legacy
        func failure(_ backend: PacketFilterBackend, _ need: PacketFilterNeed) -> String {
            "\(backend.rawValue): \(need.rawValue): \(filter[backend].failures[need] ?? "")"
        }
        guard !filter[other].isUsable else {
            return .error(
                .packetFilter,
                "iptables-\(chosen.rawValue), which was asked for, cannot do what dockerd needs:"
                    + " \(failure(chosen, obstacle))",
                cure: "leave --iptables-backend and DOCKER_IPTABLES_LEGACY out, and"
                    + " iptables-\(other.rawValue) is used",
                code: .engineFailed)
        }
        var reasons = [failure(chosen, obstacle)]
        var cures = ["on the node: modprobe " + obstacle.modules(chosen).joined(separator: " ")]
        if filter[other].command != nil, let obstacle = filter[other].obstacle {
            reasons.append(failure(other, obstacle))
            cures.append("modprobe " + obstacle.modules(other).joined(separator: " "))
        }
        var cure =
            cures.joined(separator: ", or ")
            + " (mount /lib/modules read-only so that they can be loaded from here; on RHEL and its like they"
            + " are in kernel-modules-extra)"
        if facts.engine.version.map({ $0 >= EngineVersion(major: 29, minor: 0) }) == true {
            cure += "; or \"firewall-backend\": \"nftables\" in /etc/docker/daemon.json"
        }
        return .error(
            .packetFilter,
            "no iptables backend can do what dockerd needs: \(reasons.joined(separator: "; "))",
            cure: cure, code: .engineFailed)
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
        if filter.nft.isUsable { return outcome(.nft, "no rules are there, and nft does what dockerd needs") }
        if filter.legacy.isUsable {
            return outcome(
                .legacy,
                "no rules are there, and only legacy does what dockerd needs (nft: \(reason(filter.nft)))")
        }
        return outcome(filter.preset ?? .nft, "neither backend does what dockerd needs")
    }

    private static func reason(_ facts: PacketFilterBackendFacts) -> String {
        facts.command == nil
            ? "not installed" : facts.obstacle.flatMap { facts.failures[$0] } ?? "?"
    }

    /// Why the chosen backend cannot do IPv6 NAT; nil where it can.
    static func obstacleToIPv6(_ facts: HostFacts, _ backend: PacketFilterBackend) -> String? {
        let filter = facts.packetFilter.ipv6(backend)
        guard filter.command != nil else { return "ip6tables is not installed" }
        return filter.obstacle.map { "\($0.rawValue): \(filter.failures[$0] ?? "")" }
    }
}
