internal import ArgumentParser
internal import ClusterClient
internal import Console
internal import Formats
internal import KubernetesAPI
internal import Values

/// `kinkajou get nodes`.
struct GetNodesCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes", abstract: "List the nodes of a cluster: the containers in its Pod.",
        usage: "kinkajou get nodes [<options>]",
        discussion: """
            EXAMPLES
              kinkajou get nodes --name demo
              kinkajou get nodes -A -o wide
            """)

    @OptionGroup var cluster: ClusterSelection

    @Flag(name: [.customShort("A"), .customLong("all-clusters")], help: "The nodes of all clusters.")
    var allClusters = false

    @Option(name: .shortAndLong, help: "name, wide, json or yaml.")
    var output = ListFormat.name

    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var logging: LoggingOptions

    @OptionGroup var stray: StrayWords

    func execute() async throws -> Int32 {
        let nodes = try await provider.withProvider { chosen in
            let names =
                allClusters
                ? try await chosen.clusters().filter { $0.status == .ready }.map(\.name) : [cluster.chosen]
            var nodes: [JSONValue] = []
            for name in names {
                let text = try await chosen.output(
                    ["kinkajou", "inside", "nodes", "--name", name, "-o", "json"], in: name)
                nodes += try JSONValue(yaml: text).array.map { node in
                    var node = node
                    node["cluster"] = .string(name)
                    return node
                }
            }
            return nodes
        }
        if nodes.isEmpty { StandardError.write("No kind nodes found for cluster \"\(cluster.chosen)\".\n") }
        StandardOutput.write(Self.listing(nodes).text(output))
        return 0
    }

    /// The list.
    static func listing(_ nodes: [JSONValue]) -> Listing {
        let columns = [
            ("NAME", "name"), ("CLUSTER", "cluster"), ("ROLE", "role"), ("STATUS", "status"),
            ("VERSION", "kubernetesVersion"), ("ADDRESS", "ip"), ("IMAGE", "image"),
        ]
        return Listing(
            titles: columns.map(\.0), rows: nodes.map { node in columns.map { node[$0.1].string ?? "-" } },
            names: nodes.compactMap { $0["name"].string }, objects: nodes)
    }
}
