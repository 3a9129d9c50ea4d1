public import EnginePlan
public import HostFacts

/// The checks that are made before every start: those whose facts are there anyway.
public struct Preflight: Sendable, Equatable {
    /// Errors and warnings, each once.
    public var findings: [ReportEntry]

    /// Makes the fast checks. What makes the plan impossible is left out: that ends the start, and is said then.
    public init(facts: HostFacts, settings: DindSettings, purpose: Purpose) {
        let here = HereFacts(host: facts, settings: settings, purpose: purpose)
        let fatal = Set(here.problems.filter { $0.severity == .error }.map(\.topic.rawValue))
        findings = Report(here: here, checks: Check.all.filter { !$0.isSlow }).findings.filter {
            $0.severity >= .warning && !fatal.contains($0.id)
        }
    }

    /// Makes the fast checks of a host cluster, of facts that may lack whatever was not there in time.
    public init(hostCluster facts: HostClusterFacts) {
        let fast = Check.all.filter { $0.target == .kubernetes && !$0.isSlow }
        findings = Report(kubernetes: facts, checks: fast).findings.filter { $0.severity >= .warning }
    }

    /// A line for each finding.
    public var lines: [String] {
        findings.map { finding in
            "\(finding.severity.rawValue): \(finding.id): \(finding.found)"
                + " (cure: \(Check.named(finding.id)?.command() ?? "kinkajou doctor"))"
        }
    }
}

extension Check {
    /// The check that explains a failure, by what its messages say; nil where none is known.
    ///
    /// - Parameters:
    ///   - messages: The error and its evidence.
    ///   - likely: Identifiers of checks that have already found something; these are asked first.
    public static func explaining(_ messages: [String], likely: [String] = []) -> Check? {
        let known = KnownFailure.all.filter { $0.check != nil }
        let candidates = known.filter { failure in failure.check.map(likely.contains) ?? false } + known
        let failure = candidates.first { failure in messages.contains { failure.matches($0) } }
        return failure?.check.flatMap(named)
    }

    /// The command that makes this check, and says its cure.
    ///
    /// - Parameter place: Where the container is that a check of `here` is about: at hand, or in a Docker engine or a
    ///   host cluster, where a probe looks at one like it.
    public func command(in place: Target = .here) -> String {
        let options =
            switch (target, place) {
            case (.here, .here): ""
            case (.here, _): "--target \(place.rawValue) --probe "
            default: "--target \(target.rawValue) "
            }
        return "kinkajou doctor \(options)--check \(id)"
    }

    /// The check of an identifier.
    public static func named(_ id: String) -> Check? { all.first { $0.id == id } }
}
