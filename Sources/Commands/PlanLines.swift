internal import EnginePlan

/// The parts of a plan as lines for a person.
enum PlanLines {
    static func decisions(_ decisions: [Decision]) -> [String] {
        ["Decisions"]
            + decisions.flatMap { decision in
                [
                    "  \(decision.subject): \(decision.choice)",
                    "      \(decision.reason) [\(decision.source.rawValue)]",
                ]
            }
    }

    static func steps(_ steps: [PlannedStep]) -> [String] {
        guard !steps.isEmpty else { return ["Steps", "  none"] }
        return ["Steps"]
            + steps.flatMap { step in
                [
                    "  \(step.action.title)\(step.isOptional ? " (optional)" : "")", "      \(step.reason)",
                ]
            }
    }

    static func problems(_ problems: [Problem]) -> [String] {
        guard !problems.isEmpty else { return ["No problems"] }
        return ["Problems"]
            + problems.flatMap { problem in
                ["  \(problem.severity.rawValue): \(problem.summary)", "      cure: \(problem.cure)"]
            }
    }
}

/// What `--dry-run` prints of a node.
struct NodePlanReport {
    let plan: NodePlan

    init(_ plan: NodePlan) {
        self.plan = plan
    }

    var text: String {
        let lines =
            PlanLines.decisions(plan.decisions)
            + PlanLines.steps(plan.steps + (plan.cgroupStrategies.first?.steps ?? []))
            + PlanLines.problems(plan.problems)
        return lines.joined(separator: "\n") + "\n"
    }
}
