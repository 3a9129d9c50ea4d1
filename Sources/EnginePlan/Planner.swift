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

        let network = NetworkPlanner.plan(facts, settings: settings)
        decisions += network.decisions
        problems += network.problems
        let resolver = ResolverPlanner.plan(facts, settings: settings)
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
                network: network, resolver: resolver, storage: storage, packetFilter: filter.backend),
            decisions: &decisions)
        pathPrefix = filter.steps.isEmpty ? nil : PacketFilterPlanner.directory
        cgroupStrategies = cgroups.strategies
        packetFilter = filter.backend
        tlsDirectory = settings.tlsDirectory
        self.decisions = decisions
        self.problems = problems
        self.steps = steps
    }
}
