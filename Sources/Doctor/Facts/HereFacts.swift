public import EnginePlan
public import HostFacts

/// What the checks of a place are made of.
public struct HereFacts: Sendable {
    /// The place.
    public var host: HostFacts
    /// What is asked of the engine.
    public var settings: DindSettings
    /// What is to be run.
    public var purpose: Purpose
    /// What is only known by trying; nil: nothing was tried.
    public var probes: ProbeFacts?
    /// What would stand in the way of what is to be run. The checks say the same.
    public let problems: [Problem]
    /// What would be decided for it, each with its reason.
    let decisions: [Decision]
    /// The iptables backend that would be used.
    let packetFilter: PacketFilterBackend

    /// Facts from their parts.
    public init(host: HostFacts, settings: DindSettings, purpose: Purpose, probes: ProbeFacts? = nil) {
        self.host = host
        self.settings = settings
        self.purpose = purpose
        self.probes = probes
        if purpose == .node {
            let plan = NodePlan(facts: host, settings: settings, identity: "doctor")
            (problems, decisions, packetFilter) = (plan.problems, plan.decisions, plan.packetFilter)
        } else {
            let plan = Plan(facts: host, settings: settings)
            (problems, decisions, packetFilter) = (plan.problems, plan.decisions, plan.packetFilter)
        }
    }

    /// The plan's problems with something as findings, or another finding where it has none.
    func planned(
        _ topic: ProblemTopic, from source: String, otherwise finding: @autoclosure () -> Finding
    ) -> [Finding] {
        let problems = problems.filter { $0.topic == topic }
        return problems.isEmpty ? [finding()] : problems.map { Finding($0, from: source) }
    }

    /// A choice of the plan with its reason.
    func decision(_ subject: String) -> Decision? {
        decisions.first { $0.subject == subject }
    }

    /// Whether this is a container of a Pod.
    var isPod: Bool { host.network.serviceHost != nil }
}

extension Finding {
    /// A problem of the plan as a finding.
    init(_ problem: Problem, from source: String) {
        self.init(
            severity: problem.severity == .error ? .error : .warning, found: problem.summary, source: source,
            cure: problem.cure)
    }
}
