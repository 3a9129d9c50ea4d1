public import ImageArchives
internal import Linux
internal import Values

/// The containerd of one node.
struct NodeStore {
    let program: NodeProgram
    private var node: String { program.node }

    /// Where it unpacks layers.
    func snapshotter() async throws -> String {
        let result = try await run(
            ["containerd", "config", "dump"], "its containerd's configuration cannot be read")
        return ContainerdListing.snapshotter(inConfiguration: result.output)
    }

    /// What is in it.
    func listing(snapshotter: String) async throws -> ContainerdListing {
        let result = try await run(
            ["sh", "-c", ContainerdListing.script(snapshotter: snapshotter)], "its containerd cannot be asked"
        )
        return ContainerdListing(result.output, snapshotter: snapshotter)
    }

    /// The images in it.
    func images() async throws -> NodeImages {
        let snapshotter = try await snapshotter()
        let listing = try await listing(snapshotter: snapshotter)
        return NodeImages(
            name: node, platform: listing.platform, snapshotter: snapshotter,
            images: listing.images.sorted { ($0.names.first ?? "", $0.id) < ($1.names.first ?? "", $1.id) },
            content: listing.content)
    }

    /// Takes away names of images, and with them what only these hold.
    func remove(names: [String]) async throws {
        _ = try await run(
            ["ctr", "--namespace=k8s.io", "images", "rm", "--sync"] + names, "images cannot be removed")
    }

    private func run(_ words: [String], _ failure: String) async throws -> CapturedProgram.Result {
        do {
            let result = try await program.run(words, timeout: .seconds(60))
            guard !result.isSuccess else { return result }
            throw KinkajouError(
                "the node \(node): \(failure): \(result.reason)",
                cure: "wait until the cluster is ready; `kinkajou export logs` has the node's logs",
                code: .clusterFailed)
        } catch let error as SpawnError {
            throw program.missing(error)
        } catch let error as CapturedProgram.TimedOut {
            throw KinkajouError(
                "the node \(node): \(failure): \(error)",
                cure: "the node is overloaded or hangs: give it more CPU",
                code: .timedOut)
        }
    }
}

extension Nodes {
    /// The images that the nodes hold.
    ///
    /// - Parameter chosen: The nodes' names; nil: all nodes of Kubernetes.
    public func images(on chosen: [String]? = nil) async throws -> ClusterImages {
        let names = try await running(chosen).map(\.name)
        let nodes = try await withThrowingTaskGroup(of: NodeImages.self) { group in
            for name in names {
                group.addTask { try await NodeStore(program: program(in: name)).images() }
            }
            var nodes: [NodeImages] = []
            for try await node in group { nodes.append(node) }
            return nodes.sorted { $0.name < $1.name }
        }
        return ClusterImages(cluster: cluster, nodes: nodes)
    }
}
