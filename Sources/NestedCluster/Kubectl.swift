internal import FoundationEssentials
internal import Linux

/// `kubectl` for one cluster.
struct Kubectl: Sendable {
    let environment: [String: String]

    /// Runs it; a time-out counts as a failure with a reason.
    func run(
        _ arguments: [String], input: String = "", timeout: Duration = .seconds(10)
    ) async throws -> CapturedProgram.Result {
        do {
            return try await CapturedProgram.run(
                ChildRequest(
                    executable: "kubectl",
                    arguments: ["--request-timeout=\(max(1, timeout.components.seconds))s"] + arguments,
                    environment: environment),
                input: input, timeout: timeout + .seconds(2))
        } catch let error as CapturedProgram.TimedOut {
            return CapturedProgram.Result(
                status: .signalled(15), output: "", errors: error.errors + "\(error)\n")
        }
    }

    /// The object that a command prints, or why there is none.
    func get<Object: Decodable>(_ type: Object.Type, _ arguments: [String]) async throws -> Answer<Object> {
        let result = try await run(["get", "--output=json"] + arguments)
        guard result.isSuccess else { return .failure(result.reason) }
        do {
            return .success(try JSONDecoder().decode(type, from: Data(result.output.utf8)))
        } catch {
            return .failure("kubectl get \(arguments.joined(separator: " ")): \(error)")
        }
    }

    enum Answer<Object> {
        case success(Object)
        case failure(String)
    }
}

/// The fields of Kubernetes' objects that readiness is read from.
struct KubernetesList<Item: Decodable>: Decodable {
    var items: [Item]
}

struct ObjectName: Decodable {
    var name: String
    var namespace: String?
    var uid: String?
}

struct Condition: Decodable {
    var type: String
    var status: String
    var reason: String?
    var message: String?
}

struct NodeObject: Decodable {
    struct Image: Decodable {
        var names: [String]?
    }
    struct Status: Decodable {
        var conditions: [Condition]?
        var images: [Image]?
    }
    var metadata: ObjectName
    var status: Status?

    var readiness: Condition? { status?.conditions?.first { $0.type == "Ready" } }
}

struct PodObject: Decodable {
    struct State: Decodable {
        struct Reason: Decodable {
            var reason: String?
            var message: String?
            var exitCode: Int?
        }
        var waiting: Reason?
        var terminated: Reason?
    }
    struct Container: Decodable {
        var name: String
        var ready: Bool?
        var state: State?
    }
    struct Status: Decodable {
        var phase: String?
        var podIP: String?
        var reason: String?
        var message: String?
        var conditions: [Condition]?
        var containerStatuses: [Container]?
        var initContainerStatuses: [Container]?
    }
    var metadata: ObjectName
    var status: Status?

    var phase: String { status?.phase ?? "unknown" }

    /// Whether every container is ready, or has ended well.
    var isFine: Bool {
        phase == "Succeeded"
            || (phase == "Running" && status?.containerStatuses?.allSatisfy { $0.ready == true } == true)
    }

    /// Why it is not fine.
    var trouble: String {
        var reasons: [String] = []
        for container in (status?.initContainerStatuses ?? []) + (status?.containerStatuses ?? []) {
            if let state = container.state?.waiting ?? container.state?.terminated, container.ready != true {
                let text = [state.reason, state.message].compactMap { $0 }.joined(separator: ": ")
                reasons.append("\(container.name) \(text.isEmpty ? "is not ready" : text)")
            } else if container.ready != true {
                reasons.append("\(container.name) is not ready")
            }
        }
        for condition in status?.conditions ?? []
        where condition.status != "True" && condition.type == "PodScheduled" {
            reasons.append("\(condition.reason ?? condition.type): \(condition.message ?? "")")
        }
        return reasons.isEmpty ? phase : reasons.joined(separator: "; ")
    }
}

struct ServiceAccountObject: Decodable {
    struct Secret: Decodable {}
    var metadata: ObjectName
    var secrets: [Secret]?
}

struct ServiceObject: Decodable {
    struct Spec: Decodable {
        var clusterIP: String?
    }
    var spec: Spec?
}
