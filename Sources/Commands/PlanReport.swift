internal import ArgumentParser
internal import EnginePlan
internal import Formats
internal import FoundationEssentials
internal import HostFacts
internal import Values

/// The formats of `--dry-run`.
enum PlanFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, yaml
}

/// What `--dry-run` prints.
struct PlanReport: Codable {
    var facts: HostFacts
    var plan: Plan

    /// The facts and the plan; passwords in mirrors' addresses are left out.
    init(facts: HostFacts, plan: Plan) {
        self.facts = facts
        self.plan = plan
        self.plan.daemon.configuration = plan.daemon.configuration.mapValues(\.withoutPasswords)
    }

    func rendered(as format: PlanFormat) throws -> String {
        switch format {
        case .text: text
        case .json:
            String(decoding: try JSONValue(encoding: self).encoded(pretty: true), as: UTF8.self) + "\n"
        case .yaml: try JSONValue(encoding: self).yaml()
        }
    }

    private var text: String {
        var lines = PlanLines.decisions(plan.decisions)
        lines += PlanLines.steps(plan.steps + (plan.cgroupStrategies.first?.steps ?? []))
        lines.append("dockerd")
        lines.append("  \(([plan.daemon.program] + plan.daemon.arguments).joined(separator: " "))")
        for (key, value) in plan.daemon.configuration.sorted(by: { $0.key < $1.key }) {
            lines.append("  \(key): \(String(decoding: value.encoded(), as: UTF8.self))")
        }
        lines += PlanLines.problems(plan.problems)
        return lines.joined(separator: "\n") + "\n"
    }
}

extension JSONValue {
    /// The value with the user information of URLs taken out.
    fileprivate var withoutPasswords: JSONValue {
        switch self {
        case .string(let text): .string(Self.withoutUserInformation(text))
        case .array(let values): .array(values.map(\.withoutPasswords))
        case .object(let members): .object(members.mapValues(\.withoutPasswords))
        default: self
        }
    }

    private static func withoutUserInformation(_ text: String) -> String {
        // Characters, not Foundation's search: that would drag all of Foundation in.
        let scheme = text.prefix { $0 != ":" }
        let rest = text.dropFirst(scheme.count)
        guard rest.hasPrefix("://") else { return text }
        let authority = rest.dropFirst(3).prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return text }
        return scheme + "://***" + text[at...]
    }
}
