public import DockerEngine
internal import Linux
internal import Values

/// The nodes of one cluster in the engine at hand.
public struct Nodes: Sendable {
    private static let clusterLabel = "io.x-k8s.kind.cluster"
    private static let roleLabel = "io.x-k8s.kind.role"

    /// The cluster's name.
    public let cluster: String
    let client: DockerEngineClient

    /// The nodes of a cluster.
    public init(of cluster: String, client: DockerEngineClient) {
        self.cluster = cluster
        self.client = client
    }

    /// All of them, by name, also those that do not run.
    ///
    /// - Throws: ``KinkajouError`` where there are none, or the engine does not answer.
    public func list() async throws -> [ClusterNode] {
        var nodes: [ClusterNode] = []
        do {
            let filters = EngineFilters.labels(["\(Self.clusterLabel)=\(cluster)"])
            for container in try await client.containers(all: true, filters: filters) {
                let details = try await client.inspectContainer(container.id)
                let networks = details.networks.sorted { $0.key < $1.key }
                let address = (details.networks["kind"] ?? networks.first?.value)?.ipAddress ?? ""
                nodes.append(
                    ClusterNode(
                        name: details.name, role: details.labels[Self.roleLabel] ?? "unknown",
                        status: details.state.status, image: details.image,
                        ip: address.isEmpty ? nil : address))
            }
        } catch let error as DockerEngineError {
            throw KinkajouError(
                "the cluster's nodes cannot be listed: \(error)",
                cure: "wait until the Docker engine in this container runs, or read its log",
                code: .engineFailed)
        }
        guard !nodes.isEmpty else {
            let others = try? await clusters()
            throw KinkajouError(
                "there is no cluster \"\(cluster)\" here",
                cure: others.map {
                    $0.isEmpty
                        ? "make one with `kinkajou cluster`"
                        : "there is \($0.joined(separator: ", ")): name it with --name"
                }
                    ?? "name another with --name",
                code: .usage)
        }
        return nodes.sorted { $0.name < $1.name }
    }

    /// All of them, with the version of Kubernetes that each runs.
    public func listWithVersions() async throws -> [ClusterNode] {
        var nodes = try await list()
        await withTaskGroup(of: (Int, String?).self) { group in
            for (number, node) in nodes.enumerated() where node.isRunning && node.isKubernetesNode {
                group.addTask {
                    // kind's own mark in every node image.
                    let result = try? await NodeProgram(node: node.name).run(
                        ["cat", "/kind/version"], timeout: .seconds(10))
                    guard let result, result.isSuccess else { return (number, nil) }
                    let text = result.output.filter { !$0.isWhitespace }
                    return (number, text.isEmpty ? nil : text)
                }
            }
            for await (number, version) in group { nodes[number].kubernetesVersion = version }
        }
        return nodes
    }

    /// Those that images can be loaded into.
    ///
    /// - Parameter chosen: Their names; nil: all nodes of Kubernetes.
    /// - Throws: ``KinkajouError`` where one of them is not there, or does not run.
    public func running(_ chosen: [String]? = nil) async throws -> [ClusterNode] {
        let all = try await list().filter(\.isKubernetesNode)
        var nodes = all
        if let chosen {
            nodes = try chosen.map { name in
                guard let node = all.first(where: { $0.name == name }) else {
                    throw KinkajouError(
                        "the cluster \"\(cluster)\" has no node \(name)",
                        cure: "choose of \(all.map(\.name).joined(separator: ", "))", code: .usage)
                }
                return node
            }
        }
        if let ended = nodes.first(where: { !$0.isRunning }) {
            throw KinkajouError(
                "the node \(ended.name) does not run (\(ended.status))",
                cure: "look at its log, or choose other nodes", code: .clusterFailed)
        }
        return nodes
    }

    private func clusters() async throws -> [String] {
        let containers = try await client.containers(all: true, filters: .labels([Self.clusterLabel]))
        return Set(containers.compactMap { $0.labels[Self.clusterLabel] }).sorted()
    }
}
