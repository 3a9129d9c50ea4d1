public import ClusterSpec
public import DockerEngine
internal import Linux
internal import Values

/// Where the nodes of a cluster are, seen from its Pod.
public enum NodeRuntime: Sendable {
    /// Containers of the Docker engine at hand, which kind has made.
    case docker(DockerEngineClient)
    /// This container is the one node.
    case own(OwnNode)
}

/// The nodes of one cluster, here.
public struct Nodes: Sendable {
    private static let clusterLabel = "io.x-k8s.kind.cluster"
    private static let roleLabel = "io.x-k8s.kind.role"

    /// The cluster's name.
    public let cluster: String
    let runtime: NodeRuntime

    /// The nodes of a cluster.
    public init(of cluster: String, runtime: NodeRuntime) {
        self.cluster = cluster
        self.runtime = runtime
    }

    /// All of them, by name, also those that do not run.
    ///
    /// - Throws: ``KinkajouError`` where there are none, or the engine does not answer.
    public func list() async throws -> [ClusterNode] {
        switch runtime {
        case .docker(let client): return try await list(client)
        case .own(let node):
            guard node.cluster == cluster else { throw unknown(others: [node.cluster]) }
            return [
                ClusterNode(
                    name: node.name, role: "control-plane", status: "running", image: node.image,
                    kubernetesVersion: node.kubernetesVersion, ip: node.address)
            ]
        }
    }

    private func list(_ client: DockerEngineClient) async throws -> [ClusterNode] {
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
        guard !nodes.isEmpty else { throw unknown(others: try? await clusters(client)) }
        return nodes.sorted { $0.name < $1.name }
    }

    private func unknown(others: [String]?) -> KinkajouError {
        KinkajouError(
            "there is no cluster \"\(cluster)\" here",
            cure: others.map {
                $0.isEmpty
                    ? "make one with `kinkajou cluster`"
                    : "there is \($0.joined(separator: ", ")): name it with --name"
            }
                ?? "name another with --name",
            code: .usage)
    }

    /// A way to run programs in a node.
    func program(in node: String) -> NodeProgram {
        if case .own = runtime { NodeProgram(node: node, isHere: true) } else { NodeProgram(node: node) }
    }

    /// The words that run a command in a node.
    ///
    /// - Throws: ``KinkajouError`` where there is no such node, or it does not run.
    public func words(
        running command: [String], in node: String, hasInput: Bool, isTerminal: Bool
    ) async throws -> [String] {
        let node = try await running([node])[0].name
        return program(in: node).words(command, hasInput: hasInput, isTerminal: isTerminal)
    }

    /// The administrator's kubeconfig.
    public func kubeconfig() async throws -> String {
        if case .own = runtime {
            _ = try await list()
            return try Files.read(OwnNode.kubeconfig)
        }
        let result = try await CapturedProgram.run(
            ChildRequest(
                executable: "kind", arguments: ["get", "kubeconfig", "--name", cluster],
                environment: KindEnvironment.variables), timeout: .seconds(60))
        guard result.isSuccess else {
            // Where there is no cluster, this says it better than kind.
            _ = try await list()
            throw KinkajouError(
                "the credentials of the cluster cannot be had: kind get kubeconfig: \(result.reason)",
                cure: "wait until the cluster is ready", code: .clusterFailed)
        }
        return result.output
    }

    /// All of them, with the version of Kubernetes that each runs.
    public func listWithVersions() async throws -> [ClusterNode] {
        var nodes = try await list()
        await withTaskGroup(of: (Int, String?).self) { group in
            for (number, node) in nodes.enumerated()
            where node.isRunning && node.isKubernetesNode && node.kubernetesVersion == nil {
                group.addTask {
                    // kind's own mark in every node image.
                    let result = try? await program(in: node.name).run(
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

    private func clusters(_ client: DockerEngineClient) async throws -> [String] {
        let containers = try await client.containers(all: true, filters: .labels([Self.clusterLabel]))
        return Set(containers.compactMap { $0.labels[Self.clusterLabel] }).sorted()
    }
}
