internal import HostFacts

/// What a check found, as it is shown and kept. Its JSON is read by others: members are added, never renamed.
public struct ReportEntry: Sendable, Equatable, Codable {
    /// The check's identifier.
    public var id: String
    /// What the check is about.
    public var title: String
    /// Its group.
    public var area: Area
    /// How much the finding matters.
    public var severity: Severity
    /// What was found.
    public var found: String
    /// The file or call that it came from.
    public var source: String
    /// Why it matters.
    public var why: String
    /// What to do; nil: nothing.
    public var cure: String?
    /// Where it is explained.
    public var link: String
    /// The node or container where it was found; nil: there is only one place.
    public var place: String?

    /// A finding of a check.
    public init(_ check: Check, _ finding: Finding, place: String? = nil) {
        id = check.id
        title = check.title
        area = check.area
        severity = finding.severity
        found = finding.found
        source = finding.source
        why = check.why
        cure = finding.hasChecksCure ? check.cure : finding.cure
        link = check.link
        self.place = place
    }
}

/// What all checks found.
public struct Report: Sendable, Equatable, Codable {
    /// The version of the JSON's schema.
    public static let schemaVersion = 1

    /// The version of the schema that it was written with.
    public var schema: Int
    /// What was examined.
    public var target: Target
    /// What is to be run.
    public var purpose: Purpose
    /// How many findings there are of each severity.
    public var summary: [String: Int]
    /// The findings, in the order of the checks.
    public var findings: [ReportEntry]

    enum CodingKeys: String, CodingKey {
        case schema, target
        case purpose = "for"
        case summary, findings
    }

    /// A report from its findings.
    public init(target: Target, purpose: Purpose, findings: [ReportEntry]) {
        schema = Self.schemaVersion
        self.target = target
        self.purpose = purpose
        self.findings = findings
        summary = Dictionary(
            uniqueKeysWithValues: Severity.allCases.map { severity in
                (severity.rawValue, findings.count { $0.severity == severity })
            })
    }

    /// How many findings are of a severity.
    public func count(_ severity: Severity) -> Int { summary[severity.rawValue] ?? 0 }

    /// Whether something was found that cannot work, or, when that counts too, that may fail.
    public func hasFailed(isStrict: Bool) -> Bool {
        count(.error) > 0 || (isStrict && count(.warning) > 0)
    }

    /// The report with what was found in other places: probes in containers or on nodes.
    public func adding(_ findings: [ReportEntry]) -> Report {
        Report(target: target, purpose: purpose, findings: self.findings + findings)
    }
}

extension Report {
    /// Examines the place that this process runs in.
    ///
    /// - Parameters:
    ///   - facts: What is known of it. Without probes the slow checks are left out.
    ///   - checks: Those to make; all others are passed over.
    public init(here facts: HereFacts, checks: [Check] = Check.all) {
        var findings: [ReportEntry] = []
        for check in checks where check.purposes.contains(facts.purpose) {
            guard case .here(let examine) = check.examination, !check.isSlow || facts.probes != nil else {
                continue
            }
            findings += examine(facts).map { ReportEntry(check, $0) }
        }
        self.init(target: .here, purpose: facts.purpose, findings: findings)
    }

    /// Examines a Docker engine.
    public init(docker facts: DockerFacts, checks: [Check] = Check.all) {
        var findings: [ReportEntry] = []
        for check in checks where check.purposes.contains(facts.purpose) {
            guard case .docker(let examine) = check.examination else { continue }
            // Of an engine that did not answer nothing else is known.
            guard facts.failure == nil || check.id == Check.dockerAnswers.id else { continue }
            findings += examine(facts).map { ReportEntry(check, $0) }
        }
        self.init(target: .docker, purpose: facts.purpose, findings: findings)
    }

    /// Examines a host cluster.
    public init(kubernetes facts: HostClusterFacts, checks: [Check] = Check.all) {
        var findings: [ReportEntry] = []
        for check in checks where check.purposes.contains(facts.purpose) {
            guard case .kubernetes(let examine) = check.examination else { continue }
            guard facts.failure == nil || check.id == Check.kubernetesAnswers.id else { continue }
            findings += examine(facts).map { ReportEntry(check, $0) }
        }
        self.init(target: .kubernetes, purpose: facts.purpose, findings: findings)
    }
}
