internal import Values

/// What an object of the cluster tells of how ready that is. Pure.
enum ReadinessLook: Equatable {
    /// It is as it should be.
    case ready
    /// It is not yet, for this reason.
    case waiting(String)

    /// Of the Pod whose network DNS is asked from: it runs.
    static func running(_ pod: JSONValue) -> ReadinessLook {
        pod["status"]["phase"].string == "Running"
            ? .ready : .waiting("the Pod to ask from: \(trouble(of: pod))")
    }

    /// Of the Pod that runs to its end: it has.
    static func succeeded(_ pod: JSONValue) -> ReadinessLook {
        switch pod["status"]["phase"].string {
        case "Succeeded": .ready
        case "Failed": .waiting("the Pod failed: \(trouble(of: pod))")
        default: .waiting(trouble(of: pod))
        }
    }

    /// The `pause` image that a node reports: every Pod begins with it, so that it need not be pulled. A tag says more
    /// to a reader than a digest, and both are in the list.
    static func pauseImage(of nodes: some Collection<JSONValue>) -> String? {
        let names = nodes.flatMap { $0["status"]["images"].array }.flatMap { $0["names"].array }
            .compactMap(\.string).filter { $0.contains("/pause") }
        return names.first { !$0.contains("@") } ?? names.first
    }

    /// Whether every container of a Pod is ready, or has ended well.
    static func isFine(_ pod: JSONValue) -> Bool {
        let status = pod["status"]
        switch status["phase"].string {
        case "Succeeded": return true
        case "Running": return status["containerStatuses"].array.allSatisfy { $0["ready"].boolean == true }
        default: return false
        }
    }

    /// Why a Pod is not fine.
    static func trouble(of pod: JSONValue) -> String {
        let status = pod["status"]
        var reasons: [String] = []
        for container in status["initContainerStatuses"].array + status["containerStatuses"].array
        where container["ready"].boolean != true {
            let state = container["state"]
            let why = state["waiting"].isNull ? state["terminated"] : state["waiting"]
            let text = [why["reason"], why["message"]].compactMap(\.string).joined(separator: ": ")
            reasons.append("\(container["name"].string ?? "?") \(text.isEmpty ? "is not ready" : text)")
        }
        let scheduled = condition("PodScheduled", of: pod)
        if let value = scheduled["status"].string, value != "True" {
            reasons.append(
                "\(scheduled["reason"].string ?? "PodScheduled"): \(scheduled["message"].string ?? "")")
        }
        return reasons.isEmpty ? status["phase"].string ?? "unknown" : reasons.joined(separator: "; ")
    }

    /// A condition in an object's status.
    static func condition(_ type: String, of object: JSONValue) -> JSONValue {
        object["status"]["conditions"].array.first { $0["type"].string == type } ?? .null
    }
}
