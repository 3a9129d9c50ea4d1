internal import ArgumentParser

/// The nodes of a cluster that are meant.
struct NodeSelection: ParsableArguments, Sendable {
    @Option(help: "The nodes that get the images, separated by commas (default: all).")
    var nodes: String?

    /// Their names; none: all nodes.
    var names: [String] {
        (nodes ?? "").split(separator: ",").map { $0.filter { !$0.isWhitespace } }
    }

    func validate() throws {
        if nodes != nil, names.isEmpty || names.contains("") {
            throw ValidationError("--nodes takes names of nodes, separated by commas.")
        }
    }
}
