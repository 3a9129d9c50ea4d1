internal import ArgumentParser
internal import ClusterClient
internal import Console
internal import FoundationEssentials
internal import Values

/// `kinkajou get clusters`.
struct GetClustersCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "clusters", abstract: "List the clusters of a namespace, or of Docker.",
        usage: "kinkajou get clusters [<options>]",
        discussion: """
            EXAMPLES
              kinkajou get clusters
              kinkajou get clusters -o wide
              kinkajou get clusters -A
              kinkajou get clusters -o json | jq -r '.[] | select(.status == "Ready").name'
            """)

    @Flag(
        name: [.customShort("A"), .customLong("all-namespaces")], help: "The clusters of all namespaces.")
    var allNamespaces = false

    @Option(name: .shortAndLong, help: "name, wide, json or yaml.")
    var output = ListFormat.name

    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var logging: LoggingOptions
    @Flag(name: .shortAndLong, help: "Nothing on stderr but errors.")
    var quiet = false

    func execute() async throws -> Int32 {
        let clusters = try await provider.withProvider {
            try await $0.clusters(allNamespaces: allNamespaces)
        }
        if clusters.isEmpty, !quiet { StandardError.write("No kind clusters found.\n") }
        StandardOutput.write(Self.listing(clusters, allNamespaces: allNamespaces, now: Date()).text(output))
        return 0
    }

    /// What is left of a cluster's time, or all of it where it has not begun.
    private static func timeLeft(_ cluster: ClusterRecord, now: Date) -> Age {
        guard let end = try? Date(cluster.expires, strategy: .iso8601) else {
            return Age(seconds: cluster.lifetime)
        }
        return Age(seconds: max(0, Int64(end.timeIntervalSince(now))))
    }

    /// The list.
    ///
    /// - Parameter allNamespaces: Whether there may be several of one name, which their namespaces tell apart.
    static func listing(_ clusters: [ClusterRecord], allNamespaces: Bool = false, now: Date) -> Listing {
        Listing(
            titles: (allNamespaces ? ["NAMESPACE"] : []) + [
                "NAME", "STATUS", "NODES", "AGE", "TTL", "HOST", "ADDRESS", "REASON",
            ],
            rows: clusters.map { cluster in
                (allNamespaces ? [cluster.namespace] : []) + [
                    cluster.name, cluster.status.rawValue, cluster.nodes.map { "\($0)" } ?? "-",
                    Age(since: cluster.created, now: now).text,
                    Self.timeLeft(cluster, now: now).text,
                    cluster.host.isEmpty ? "-" : cluster.host,
                    cluster.address.isEmpty ? "-" : cluster.address,
                    cluster.reason,
                ]
            },
            names: clusters.map { allNamespaces ? "\($0.namespace)/\($0.name)" : $0.name },
            objects: clusters.map { cluster in
                var object: JSONValue = [
                    "name": .string(cluster.name), "status": .string(cluster.status.rawValue),
                    "created": .string(cluster.created),
                ]
                for (key, value) in [
                    ("namespace", cluster.namespace), ("reason", cluster.reason),
                    ("nodeImage", cluster.nodeImage),
                    ("host", cluster.host), ("address", cluster.address), ("owner", cluster.owner),
                    ("expires", cluster.expires),
                ] where !value.isEmpty {
                    object[key] = .string(value)
                }
                if let nodes = cluster.nodes { object["nodes"] = .integer(Int64(nodes)) }
                if let lifetime = cluster.lifetime { object["ttlSeconds"] = .integer(lifetime) }
                return object
            })
    }
}
