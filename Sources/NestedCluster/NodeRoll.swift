internal import Values

/// Which of the planned nodes are there. Nodes that never registered count as much as those that are not Ready.
struct NodeRoll: Equatable {
    /// A node that the API server knows.
    struct Registered: Equatable {
        var name: String
        var isReady: Bool
        /// Why it is not Ready, in the kubelet's words.
        var reason: String

        init(name: String, isReady: Bool, reason: String) {
            self.name = name
            self.isReady = isReady
            self.reason = reason
        }

        /// Reads a `Node` object.
        init(_ node: JSONValue) {
            let ready = ReadinessLook.condition("Ready", of: node)
            self.init(
                name: node["metadata"]["name"].string ?? "?", isReady: ready["status"].string == "True",
                reason: [ready["reason"], ready["message"]].compactMap(\.string).joined(separator: ": "))
        }
    }

    /// The planned nodes that have not registered.
    var missing: [String] = []
    /// Those that have, and are not Ready.
    var unready: [Registered] = []

    /// Calls the roll. Nodes that are not of the plan, such as those that somebody joined by hand, do not matter.
    init(planned: [String], registered: [Registered]) {
        for name in planned {
            guard let node = registered.first(where: { $0.name == name }) else {
                missing.append(name)
                continue
            }
            if !node.isReady { unready.append(node) }
        }
    }

    /// Calls the roll of `Node` objects.
    init(planned: [String], nodes: some Collection<JSONValue>) {
        self.init(planned: planned, registered: nodes.map(Registered.init))
    }

    /// Whether all are there and Ready.
    var isComplete: Bool { missing.isEmpty && unready.isEmpty }

    /// What is waited for, in words.
    var summary: String {
        let absent =
            missing.isEmpty ? [] : ["\(missing.joined(separator: ", ")) has not joined the cluster"]
        let waiting = unready.map {
            "\($0.name) is not Ready (\($0.reason.isEmpty ? "no reason is given" : $0.reason))"
        }
        return (absent + waiting).joined(separator: "; ")
    }

    /// The nodes whose own logs say why.
    var suspects: [String] { missing + unready.map(\.name) }
}
