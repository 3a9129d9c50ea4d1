public import HostFacts

extension Plan {
    /// Works out the plan. Pure: the same facts and settings give the same plan on every machine.
    public init(facts: HostFacts, settings: DindSettings) {
        var decisions: [Decision] = []
        var problems = PrivilegeCheck.problems(facts)
        var steps: [PlannedStep] = []

        if !facts.engine.staleFiles.isEmpty {
            steps.append(
                PlannedStep(
                    .removeStaleFiles(facts.engine.staleFiles),
                    because: "an engine that has ended left them, and dockerd would not start"))
        }
        steps += MountPlanner.steps(facts)
        let userNamespace = UserNamespacePlanner.plan(facts)
        decisions += userNamespace.decisions
        problems += userNamespace.problems

        let cgroups = CgroupPlanner.plan(facts)
        steps += cgroups.steps
        problems += cgroups.problems
        for (index, strategy) in cgroups.strategies.enumerated() {
            decisions.append(
                Decision(
                    index == 0 ? "cgroups" : "cgroups, else", "\(strategy.name), parent \(strategy.parent)",
                    because: strategy.reason))
        }

        let filter = PacketFilterPlanner.plan(facts, settings: settings)
        decisions.append(filter.decision)
        steps += filter.steps
        problems += filter.problems

        if let exposure = ExposureCheck.problem(settings) { problems.append(exposure) }
        let network = NetworkPlanner.plan(facts, settings: settings)
        decisions += network.decisions
        problems += network.problems
        let shared = SharedNetworkPlanner.plan(facts, settings: settings)
        decisions += shared.decisions
        problems += shared.problems
        if let bridge = shared.bridge {
            steps.append(
                PlannedStep(
                    .makeBridge(name: bridge, address: network.bridge, mtu: network.mtu),
                    because: "dockerd would take docker0, which is somebody else's"))
        }
        let firewall = EngineFirewall(settings)
        let ipv6 = IPv6Planner.plan(facts, firewall: firewall, packetFilter: filter.backend)
        decisions += ipv6.decisions
        problems += ipv6.problems
        let resolver = ResolverPlanner.plan(facts, settings: settings, hasIPv6: ipv6.subnet != nil)
        decisions += resolver.decisions
        problems += resolver.problems
        let storage = StoragePlanner.plan(facts, settings: settings)
        decisions.append(storage.decision)
        problems += storage.problems

        if !facts.network.hasBridgeNetfilter, facts.kernel.hasModuleDirectory {
            steps.append(
                PlannedStep(
                    .loadModule("br_netfilter"),
                    because: "packets between nested containers should pass iptables", isOptional: true))
        }

        daemon = DaemonPlanner.plan(
            facts, settings: settings,
            inputs: .init(
                network: network, ownBridge: shared.bridge, ipv6: ipv6, resolver: resolver, storage: storage,
                firewall: firewall, packetFilter: filter.backend),
            decisions: &decisions)
        let hasSelected = filter.steps.contains { step in
            if case .selectPacketFilter = step.action { true } else { false }
        }
        pathPrefix = hasSelected ? PacketFilterPlanner.directory : nil
        cgroupStrategies = cgroups.strategies
        self.firewall = firewall
        packetFilter = filter.backend
        tlsDirectory = settings.tlsDirectory
        self.decisions = decisions
        self.problems = problems
        self.steps = steps
    }
}
