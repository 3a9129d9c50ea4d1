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
    /// What an engine would do here. Where it sees a problem, the checks say the same.
    public let plan: Plan
    /// The same of a node without an engine; nil: it is not asked for.
    public let node: NodePlan?

    /// Facts from their parts.
    public init(host: HostFacts, settings: DindSettings, purpose: Purpose, probes: ProbeFacts? = nil) {
        self.host = host
        self.settings = settings
        self.purpose = purpose
        self.probes = probes
        plan = Plan(facts: host, settings: settings)
        node = purpose == .node ? NodePlan(facts: host, settings: settings, identity: "doctor") : nil
    }

    /// The plan's problems with something as findings, or another finding where it has none.
    func planned(
        _ topic: ProblemTopic, from source: String, otherwise finding: @autoclosure () -> Finding
    ) -> [Finding] {
        let problems = (node?.problems ?? plan.problems).filter { $0.topic == topic }
        return problems.isEmpty ? [finding()] : problems.map { Finding($0, from: source) }
    }

    /// A choice of the plan with its reason.
    func decision(_ subject: String) -> Decision? {
        (node?.decisions ?? plan.decisions).first { $0.subject == subject }
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
