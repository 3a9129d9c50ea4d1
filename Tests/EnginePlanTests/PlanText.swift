import EnginePlan
import Foundation
import HostFacts
import Values

/// A plan as a reviewer reads it.
struct PlanText: CustomStringConvertible {
    var plan: Plan

    var description: String {
        var text = "problems\n"
        for problem in plan.problems {
            let kind = problem.severity == .error ? "error \(problem.code?.exitStatus ?? 0)" : "warning"
            text += "  \(kind): \(problem.summary)\n    cure: \(problem.cure)\n"
        }
        text += "\ndecisions\n"
        for decision in plan.decisions {
            text += "  \(decision.subject): \(decision.choice)\n    \(decision.source.rawValue):"
            text += " \(decision.reason)\n"
        }
        text += "\nsteps\n" + steps(plan.steps)
        for strategy in plan.cgroupStrategies {
            text += "\ncgroups: \(strategy.name), parent \(strategy.parent)\n" + steps(strategy.steps)
            text += strategy.parentDirectories.map { "  emptied at the end: \($0)\n" }.joined()
        }
        text += "\niptables: \(plan.packetFilter.rawValue)"
        text += plan.pathPrefix.map { ", by \($0) in PATH" } ?? ""
        text += "\n\ndockerd\n  \(([plan.daemon.program] + plan.daemon.arguments).joined(separator: " "))\n"
        for (name, value) in plan.daemon.environment.sorted(by: { $0.key < $1.key }) {
            text += "  \(name)=\(value)\n"
        }
        return text + "\n\(plan.daemon.configurationPath)\n" + configuration() + "\n"
    }

    private func steps(_ steps: [PlannedStep]) -> String {
        steps.map { step in
            "  \(step.isOptional ? "optional: " : "")\(step.action.title)\(details(step.action))\n"
                + "    \(step.reason)\n"
        }.joined()
    }

    private func details(_ action: Action) -> String {
        switch action {
        case .mount(_, let source, _, let options):
            " (\(source)\(options.map { "," + $0 }.joined()))"
        case .mountNamedHierarchy(_, let path, _): ": \(path)"
        case .makeBridge(_, let address, let mtu): " (\(address), mtu \(mtu))"
        case .enterCgroupNamespace(let remounts):
            ": "
                + remounts.map { "\(([$0.fileSystem] + $0.options).joined(separator: ",")) at \($0.target)" }
                .joined(separator: "; ")
        case .delegate(_, let controllers): ": \(controllers.joined(separator: " "))"
        case .selectPacketFilter(_, let directory): " in \(directory)"
        case .removeStaleFiles(let files): ": \(files.joined(separator: " "))"
        case .bindMount, .shareMounts, .remountWritable, .evacuate, .makeCgroup, .setKernelSetting,
            .loadModule:
            ""
        }
    }

    private func configuration() -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try? encoder.encode(plan.daemon.configuration)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "cannot be encoded"
    }
}
