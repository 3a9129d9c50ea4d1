internal import ArgumentParser
internal import Linux

/// The name of a cluster that is there.
struct ClusterSelection: ParsableArguments, Sendable {
    @Option(
        help: "The cluster's name (KIND_CLUSTER_NAME; default: kind).",
        completion: .shellCommand("kinkajou get clusters -q 2>/dev/null"))
    var name: String?

    /// The name that counts.
    var chosen: String {
        name ?? Environment.value("KIND_CLUSTER_NAME").flatMap { $0.isEmpty ? nil : $0 } ?? "kind"
    }
}
