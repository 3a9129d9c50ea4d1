public import Values

/// How far a cluster's Pod is, as its status and the events about it tell. Pure.
public enum PodStage: Sendable, Equatable {
    /// It waits for a node.
    case scheduling
    /// It waits for its image, volumes or network.
    case preparing(String)
    /// Its container runs; the cluster comes up in it.
    case running
    /// Its probes say that the cluster is ready.
    case ready
    /// It is on its way out.
    case terminating
    /// It will not become ready.
    case failed(PodFailure)

    /// Reads the stage from a Pod.
    public init(pod: JSONValue) {
        let status = pod["status"]
        let container = status["containerStatuses"][0]
        let state = container["state"]
        if let failure = PodFailure(pod: pod) {
            self = .failed(failure)
        } else if !pod["metadata"]["deletionTimestamp"].isNull {
            self = .terminating
        } else if !state["running"].isNull {
            self = container["ready"].boolean == true ? .ready : .running
        } else if Self.condition("PodScheduled", of: pod)["status"].string == "True"
            || pod["spec"]["nodeName"].string != nil
        {
            self = .preparing(state["waiting"]["reason"].string ?? "")
        } else {
            self = .scheduling
        }
    }

    static func condition(_ type: String, of pod: JSONValue) -> JSONValue {
        pod["status"]["conditions"].array.first { $0["type"].string == type } ?? .null
    }
}

/// Why a cluster's Pod will not become ready, in plain words.
public struct PodFailure: Sendable, Equatable {
    /// What happened.
    public var summary: String
    /// What to do.
    public var cure: String
    /// Whether it may pass by itself, so that a little patience is in order.
    public var mayPass = false
    /// Whether the log of the Pod says more.
    public var hasLog = false

    init(_ summary: String, cure: String, mayPass: Bool = false, hasLog: Bool = false) {
        self.summary = summary
        self.cure = cure
        self.mayPass = mayPass
        self.hasLog = hasLog
    }

    /// Reads it from a Pod; nil: nothing has failed.
    public init?(pod: JSONValue) {
        let status = pod["status"]
        let container = status["containerStatuses"][0]
        let scheduled = PodStage.condition("PodScheduled", of: pod)
        let message = (status["message"].string ?? "").trimmed
        if status["reason"].string == "DeadlineExceeded" {
            self.init("its time to live is over", cure: "make it again with a longer --ttl", hasLog: true)
        } else if status["reason"].string == "Evicted" {
            self.init(
                "the kubelet evicted its Pod: \(message)",
                cure: "raise --storage or --memory, or choose a node with more room by --node-selector")
        } else if !container["state"]["terminated"].isNull {
            self.init(
                terminated: container["state"]["terminated"], memory: Self.memoryLimit(of: pod))
        } else if let failure = Self(
            outOfMemory: container["state"]["waiting"]["message"].string, limit: Self.memoryLimit(of: pod))
        {
            self = failure
        } else if let reason = container["state"]["waiting"]["reason"].string,
            let failure = Self(waiting: reason, container: container)
        {
            self = failure
        } else if status["phase"].string == "Failed" {
            let reason = status["reason"].string ?? "no reason is given"
            self.init(
                "its Pod failed: \(reason)\(message.isEmpty ? "" : ": \(message)")",
                cure: "see `kubectl describe pod` for the Pod of the cluster", hasLog: true)
        } else if scheduled["status"].string == "False", scheduled["reason"].string == "Unschedulable" {
            self.init(
                "no node of the host cluster can take its Pod: \((scheduled["message"].string ?? "").trimmed)",
                cure:
                    "lower --cpu, --memory or --storage, correct --node-selector, add a --toleration, or make room",
                mayPass: true)
        } else {
            return nil
        }
    }

    private static func memoryLimit(of pod: JSONValue) -> String {
        pod["spec"]["containers"][0]["resources"]["limits"]["memory"].string ?? "?"
    }

    private init(terminated: JSONValue, memory: String) {
        let code = terminated["exitCode"].integer ?? 0
        let reason = terminated["reason"].string ?? ""
        switch (reason, code) {
        case ("OOMKilled", _):
            self.init(
                "the kernel ended its Pod because it used more than its memory limit of \(memory) (OOMKilled)",
                cure: "raise --memory", hasLog: true)
        case ("ContainerCannotRun", _), ("StartError", _):
            if let failure = Self(outOfMemory: terminated["message"].string, limit: memory) {
                self = failure
                return
            }
            self.init(
                "its container cannot be started: \((terminated["message"].string ?? reason).trimmed)",
                cure: "see that --pod-image is an image of Kinkajou's for this architecture", hasLog: true)
        case (_, 137):
            self.init(
                "something ended its Pod with SIGKILL (exit status 137); where memory is short that is the kernel",
                cure: "raise --memory (now \(memory))", hasLog: true)
        case (_, 143), (_, 130):
            self.init("its Pod was stopped", cure: "see who deleted or drained it", hasLog: true)
        default:
            self.init(
                "the cluster in its Pod failed (exit status \(code), see docs/exit-codes.md)",
                cure: "the last lines of its log are above; --retain keeps the Pod for inspection",
                hasLog: true)
        }
    }

    /// What runc says when the kernel has ended a container's first process before its program ran: the limit is less
    /// than the runtime itself needs.
    init?(outOfMemory message: String?, limit: String? = nil) {
        guard let message, message.contains("OOM-killed") || message.contains("OOM killed") else {
            return nil
        }
        self.init(
            "the kernel ended its container before it ran, for its memory limit\(limit.map { " of \($0)" } ?? "") is less than starting it takes: \(message.trimmed)",
            cure: "raise --memory")
    }

    private init?(waiting reason: String, container: JSONValue) {
        let image = container["image"].string ?? "?"
        let message = (container["state"]["waiting"]["message"].string ?? "").trimmed
        switch reason {
        case "ErrImagePull", "ImagePullBackOff":
            self.init(
                "the image \(image) cannot be pulled: \(message)",
                cure:
                    "correct --pod-image, push the image, or name the registry's credentials with --image-pull-secret",
                // The first refusal may be a registry's hiccup; one that says that there is no such image is final.
                mayPass: reason == "ErrImagePull" && !Self.isFinalRefusal(message))
        case "InvalidImageName":
            self.init("\"\(image)\" is no name of an image", cure: "correct --pod-image")
        case "ErrImageNeverPull":
            self.init(
                "the image \(image) is not on the node", cure: "load it into the nodes of the host cluster")
        case "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "RegistryUnavailable":
            self.init(
                "its container cannot be started (\(reason)): \(message)",
                cure: "see `kubectl describe pod` for the Pod of the cluster",
                mayPass: reason == "CreateContainerConfigError")
        default:
            return nil
        }
    }

    private static func isFinalRefusal(_ message: String) -> Bool {
        ["not found", "manifest unknown", "denied", "unauthorized", "authorization failed", "no such host"]
            .contains {
                message.lowercased().contains($0)
            }
    }
}

/// What an event about a Pod tells of a start that does not come on.
public struct PodEvent: Sendable, Equatable {
    /// The event's reason, such as `FailedMount`.
    public var reason: String
    /// Its text.
    public var message: String
    /// Whether it is a warning.
    public var isWarning: Bool
    /// How often it has been seen.
    public var count: Int64

    /// Reads an event of `v1`.
    public init(_ event: JSONValue) {
        reason = event["reason"].string ?? ""
        message = (event["message"].string ?? "").trimmed
        isWarning = event["type"].string == "Warning"
        count = event["count"].integer ?? event["series"]["count"].integer ?? 1
    }

    /// What is being done, where the event tells it.
    public var phase: String? {
        switch reason {
        case "Scheduled": message.split(separator: " ").last.map { "Assigned to node \($0)" }
        case "Pulling": message
        case "TriggeredScaleUp": "The host cluster adds a node"
        default: nil
        }
    }

    /// Whether the host cluster is about to make room.
    public var announcesRoom: Bool { reason == "TriggeredScaleUp" || reason == "Preempting" }

    /// A failure that the Pod's status does not show.
    public var failure: PodFailure? {
        if isWarning, let failure = PodFailure(outOfMemory: message) { return failure }
        return switch reason {
        case "FailedCreatePodSandBox":
            PodFailure(
                "the node cannot set up the Pod: \(message)",
                cure: "see the container runtime and the CNI plugin of that node", mayPass: count < 3)
        case "FailedMount", "FailedAttachVolume":
            PodFailure(
                "a volume of its Pod cannot be mounted: \(message)",
                cure: "see `kubectl describe pod` for the Pod of the cluster", mayPass: count < 6)
        case "NodeNotReady", "TaintManagerEviction":
            PodFailure(
                "its node was lost: \(message)",
                cure: "make the cluster again; the scheduler chooses another node")
        default: nil
        }
    }
}

extension String {
    /// The text without the white space around it.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
