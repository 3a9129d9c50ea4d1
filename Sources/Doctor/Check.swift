/// One thing that is looked at: data for people, and a pure function from facts to findings.
public struct Check: Sendable, Identifiable {
    /// Its name on the command line, in reports and in docs/doctor.md: words with dashes.
    public let id: String
    /// What it is about, in a few words.
    public let title: String
    /// The group that it is listed in.
    public let area: Area
    /// Why it matters: what goes wrong otherwise.
    public let why: String
    /// What is looked at, and when it is found wanting; with what Kinkajou does about it by itself.
    public let explanation: String
    /// What to do about it: commands and lines of manifests. A finding that knows better has its own.
    public let cure: String
    /// Where it was reported: issues, manual pages.
    public let references: [String]
    /// What it matters for.
    public let purposes: Set<Purpose>
    /// Whether its facts take time to get: then it is left out before a start.
    public let isSlow: Bool
    /// What it looks at.
    let examination: Examination

    /// What a check looks at, and how.
    enum Examination: Sendable {
        case here(@Sendable (HereFacts) -> [Finding])
        case docker(@Sendable (DockerFacts) -> [Finding])
        case kubernetes(@Sendable (HostClusterFacts) -> [Finding])
    }

    /// A check of the place this process runs in.
    init(
        _ id: String, _ title: String, area: Area, why: String, explanation: String, cure: String,
        references: [String] = [], purposes: Set<Purpose> = Set(Purpose.allCases), isSlow: Bool = false,
        here examine: @escaping @Sendable (HereFacts) -> [Finding]
    ) {
        self.init(
            id, title, area, why, explanation, cure, references, purposes, isSlow, .here(examine))
    }

    /// A check of a Docker engine.
    init(
        _ id: String, _ title: String, why: String, explanation: String, cure: String,
        references: [String] = [], purposes: Set<Purpose> = Set(Purpose.allCases),
        docker examine: @escaping @Sendable (DockerFacts) -> [Finding]
    ) {
        self.init(
            id, title, .docker, why, explanation, cure, references, purposes, true, .docker(examine)
        )
    }

    /// A check of a host cluster.
    init(
        _ id: String, _ title: String, why: String, explanation: String, cure: String,
        references: [String] = [], purposes: Set<Purpose> = Set(Purpose.allCases), isSlow: Bool = true,
        kubernetes examine: @escaping @Sendable (HostClusterFacts) -> [Finding]
    ) {
        self.init(
            id, title, .kubernetes, why, explanation, cure, references, purposes, isSlow,
            .kubernetes(examine))
    }

    private init(
        _ id: String, _ title: String, _ area: Area, _ why: String, _ explanation: String,
        _ cure: String, _ references: [String], _ purposes: Set<Purpose>,
        _ isSlow: Bool,
        _ examination: Examination
    ) {
        self.id = id
        self.title = title
        self.area = area
        self.why = why
        self.explanation = explanation
        self.cure = cure
        self.references = references
        self.purposes = purposes
        self.isSlow = isSlow
        self.examination = examination
    }

    /// Where it is looked for.
    public var target: Target {
        switch examination {
        case .here: .here
        case .docker: .docker
        case .kubernetes: .kubernetes
        }
    }

    /// Where docs/doctor.md explains it.
    public var link: String { "docs/doctor.md#" + id }
}

/// What a check is a group of.
public enum Area: String, Sendable, Codable, CaseIterable {
    case privileges, programs, cgroups, resources, storage, network, system, docker, kubernetes

    /// The heading above its checks.
    public var title: String {
        switch self {
        case .privileges: "Privileges"
        case .programs: "Programs"
        case .cgroups: "Cgroups"
        case .resources: "Memory, processors and limits"
        case .storage: "Storage"
        case .network: "Network, DNS and registries"
        case .system: "Kernel and system"
        case .docker: "A local Docker engine (`--target docker`)"
        case .kubernetes: "A host cluster (`--target kubernetes`)"
        }
    }
}

/// What is to be run.
public enum Purpose: String, Sendable, Codable, CaseIterable {
    /// A Docker engine.
    case dind
    /// A Docker engine with a Kubernetes cluster in it.
    case cluster
    /// A Kubernetes cluster whose node is the container itself, without Docker (`--engine node`).
    case node

    /// Those with a Docker engine.
    static let withDocker: Set<Purpose> = [.dind, .cluster]
    /// Those with Kubernetes.
    static let withKubernetes: Set<Purpose> = [.cluster, .node]

    /// Whether there is a Kubernetes cluster in the end.
    public var hasKubernetes: Bool { Self.withKubernetes.contains(self) }
}

/// What is examined.
public enum Target: String, Sendable, Codable, CaseIterable {
    /// The container or machine that this process runs in.
    case here
    /// The local Docker engine.
    case docker
    /// A Kubernetes cluster.
    case kubernetes
}
