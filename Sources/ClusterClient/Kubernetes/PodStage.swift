public import Values

/// How far a cluster's Pod is, as its status and the events about it tell. Pure.
public enum PodStage: Sendable, Equatable {
    /// It waits for a node.
    case scheduling
    /// It waits for its image, volumes or network.
    case preparing
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
            self = .preparing
        } else {
            self = .scheduling
        }
    }

    static func condition(_ type: String, of pod: JSONValue) -> JSONValue {
        pod["status"]["conditions"].array.first { $0["type"].string == type } ?? .null
    }
}

/// Why a cluster's Pod will not become ready.
public enum PodFailure: Sendable, Equatable {
    // What the Pod's status tells.

    /// Its time to live is over.
    case lifetimeOver
    /// The kubelet evicted it.
    case evicted(message: String)
    /// No node can take it, now.
    case unschedulable(message: String)
    /// Its image was not had, so far. While the kubelet waits before its next attempt (`isBackOff`), the message says no
    /// more than that.
    case imageNotPulled(image: String, message: String, isBackOff: Bool = false)
    /// The name of its image is none.
    case imageNameInvalid(image: String)
    /// Its image is not on the node, and must not be pulled.
    case imageNeverPulled(image: String)
    /// What its container refers to is not there, so far.
    case configuration(message: String)
    /// Its container cannot be made or started.
    case notStarted(reason: String, message: String)
    /// The kernel ended its container before its program ran: the limit is less than the runtime itself needs.
    case outOfMemoryAtStart(limit: String?, message: String)
    /// The kernel ended it for using more memory than it may.
    case outOfMemory(limit: String)
    /// Something ended it with SIGKILL.
    case killed(limit: String)
    /// Somebody stopped it.
    case stopped
    /// The agent in it came to an end, and said why, or with this exit status.
    case agentFailed(status: Int64, error: KinkajouError?)
    /// The Pod failed for another reason.
    case podFailed(reason: String, message: String)

    // What events tell.

    /// The node could not set it up, so often.
    case sandbox(message: String, count: Int64)
    /// A volume of it could not be mounted, so often.
    case volume(message: String, count: Int64)
    /// Its node was lost.
    case nodeLost(message: String)

    /// How long a failure is waited out.
    public enum Patience: Sendable, Equatable {
        /// It does not pass.
        case none
        /// The kubelet tries again by itself; this is how long it may take.
        case retries(Duration)
        /// As long as the Pod may take to start: a node may come, or another Pod may go.
        case untilStart
    }

    /// How long it is waited out.
    public var patience: Patience {
        switch self {
        case .unschedulable: .untilStart
        // A registry's hiccup passes with the kubelet's second attempt, which comes after 10 s.
        case .imageNotPulled: .retries(.seconds(20))
        case .configuration: .retries(.seconds(30))
        // A network plugin or a Secret that comes a moment later is usual; the kubelet tries in ever longer intervals.
        case .sandbox(_, let count): count < 3 ? .retries(.seconds(30)) : .none
        case .volume(_, let count): count < 6 ? .retries(.seconds(60)) : .none
        default: .none
        }
    }

    /// Whether it may pass by itself.
    public var mayPass: Bool { patience != .none }

    /// Whether the log of the Pod says more.
    var hasLog: Bool {
        switch self {
        case .lifetimeOver, .outOfMemory, .killed, .stopped, .podFailed: true
        case .agentFailed(_, let error): error == nil
        default: false
        }
    }

    /// Whether both are the same trouble, however often it was seen.
    func isSameTrouble(as other: PodFailure) -> Bool {
        switch (self, other) {
        case (.unschedulable, .unschedulable), (.sandbox, .sandbox), (.volume, .volume): true
        case (.imageNotPulled(let one, _, _), .imageNotPulled(let two, _, _)): one == two
        case (.configuration, .configuration): true
        default: self == other
        }
    }

    /// What kind of failure it is.
    var code: ErrorCode {
        if case .agentFailed(_, let error?) = self { return error.code }
        return .clusterFailed
    }

    /// What happened.
    public var summary: String {
        switch self {
        case .lifetimeOver: "its time to live is over"
        case .evicted(let message): "the kubelet evicted its Pod: \(message)"
        case .unschedulable(let message): "no node of the host cluster can take its Pod: \(message)"
        case .imageNotPulled(let image, let message, _): "the image \(image) cannot be pulled: \(message)"
        case .imageNameInvalid(let image): "\"\(image)\" is no name of an image"
        case .imageNeverPulled(let image): "the image \(image) is not on the node"
        case .configuration(let message): "its container cannot be configured: \(message)"
        case .notStarted(let reason, let message): "its container cannot be started (\(reason)): \(message)"
        case .outOfMemoryAtStart(let limit, let message):
            "the kernel ended its container before it ran, for its memory limit\(limit.map { " of \($0)" } ?? "") is less than starting it takes: \(message)"
        case .outOfMemory(let limit):
            "the kernel ended its Pod because it used more than its memory limit of \(limit) (OOMKilled)"
        case .killed:
            "something ended its Pod with SIGKILL (exit status 137); where memory is short that is the kernel"
        case .stopped: "its Pod was stopped"
        case .agentFailed(let status, let error):
            error?.summary ?? "the cluster in its Pod failed (exit status \(status), see docs/exit-codes.md)"
        case .podFailed(let reason, let message):
            "its Pod failed: \(reason)\(message.isEmpty ? "" : ": \(message)")"
        case .sandbox(let message, _): "the node cannot set up the Pod: \(message)"
        case .volume(let message, _): "a volume of its Pod cannot be mounted: \(message)"
        case .nodeLost(let message): "its node was lost: \(message)"
        }
    }

    /// What to do.
    public var cure: String {
        switch self {
        case .lifetimeOver: "make it again with a longer --ttl"
        case .evicted: "raise --storage or --memory, or choose a node with more room by --node-selector"
        case .unschedulable:
            "lower --cpu-request, --memory-request or --storage, correct --node-selector, add a --toleration, make room, or wait longer with --start-timeout"
        case .imageNotPulled:
            "correct --pod-image or --image, push the image, or name the registry's credentials with --image-pull-secret"
        case .imageNameInvalid: "correct --pod-image"
        case .imageNeverPulled:
            "load it into the nodes of the host cluster, or name one of a registry: with --image for a node's, else with --pod-image"
        case .notStarted(let reason, _) where ["StartError", "ContainerCannotRun"].contains(reason):
            "see that --pod-image is an image of Kinkajou's for this architecture"
        case .configuration, .notStarted, .podFailed, .volume:
            "see `kubectl describe pod` for the Pod of the cluster"
        case .outOfMemoryAtStart, .outOfMemory: "raise --memory"
        case .killed(let limit): "raise --memory (now \(limit))"
        case .stopped: "see who deleted or drained it"
        case .agentFailed(_, let error):
            error?.cure ?? "the last lines of its log are above; --retain keeps the Pod for inspection"
        case .sandbox: "see the container runtime and the CNI plugin of that node"
        case .nodeLost: "make the cluster again; the scheduler chooses another node"
        }
    }

    /// Reads it from a Pod; nil: nothing has failed.
    public init?(pod: JSONValue) {
        let status = pod["status"]
        let container = status["containerStatuses"][0]
        let waiting = container["state"]["waiting"]
        // What is before it holds it up.
        let before = status["initContainerStatuses"][0]
        let scheduled = PodStage.condition("PodScheduled", of: pod)
        let message = (status["message"].string ?? "").trimmed
        let limit = pod["spec"]["containers"][0]["resources"]["limits"]["memory"].string ?? "?"
        if status["reason"].string == "DeadlineExceeded" {
            self = .lifetimeOver
        } else if status["reason"].string == "Evicted" {
            self = .evicted(message: message)
        } else if !container["state"]["terminated"].isNull {
            self.init(terminated: container["state"]["terminated"], limit: limit)
        } else if let message = waiting["message"].string, Self.isOutOfMemory(message) {
            self = .outOfMemoryAtStart(limit: limit, message: message.trimmed)
        } else if let reason = waiting["reason"].string,
            let failure = Self(waiting: reason, container: container)
        {
            self = failure
        } else if let reason = before["state"]["waiting"]["reason"].string,
            let failure = Self(waiting: reason, container: before)
        {
            self = failure
        } else if let status = before["state"]["terminated"]["exitCode"].integer, status != 0 {
            self = .notStarted(
                reason: "exit status \(status) of \(before["name"].string ?? "an init container")",
                message: (before["state"]["terminated"]["message"].string ?? "").trimmed)
        } else if status["phase"].string == "Failed" {
            self = .podFailed(reason: status["reason"].string ?? "no reason is given", message: message)
        } else if scheduled["status"].string == "False", scheduled["reason"].string == "Unschedulable" {
            self = .unschedulable(message: (scheduled["message"].string ?? "").trimmed)
        } else {
            return nil
        }
    }

    private init(terminated: JSONValue, limit: String) {
        let code = terminated["exitCode"].integer ?? 0
        let message = (terminated["message"].string ?? "").trimmed
        switch (terminated["reason"].string ?? "", code) {
        case ("OOMKilled", _): self = .outOfMemory(limit: limit)
        case ("ContainerCannotRun", _) where Self.isOutOfMemory(message),
            ("StartError", _) where Self.isOutOfMemory(message):
            self = .outOfMemoryAtStart(limit: limit, message: message)
        case (let reason, _) where ["ContainerCannotRun", "StartError"].contains(reason):
            self = .notStarted(reason: reason, message: message)
        case (_, 137): self = .killed(limit: limit)
        case (_, 143), (_, 130): self = .stopped
        default: self = .agentFailed(status: code, error: Self.outcome(message))
        }
    }

    /// What the agent has left as its container's last words.
    static func outcome(_ text: String) -> KinkajouError? {
        guard let event = try? ProgressEvent(line: Array(text.utf8)), case .ended(let error) = event.event
        else {
            return nil
        }
        return error
    }

    /// Whether runc says that the kernel ended a container's first process: there is no reason for that, only words.
    static func isOutOfMemory(_ message: String) -> Bool {
        message.contains("OOM-killed") || message.contains("OOM killed")
    }

    /// The reasons of the kubelet for a container that waits.
    private init?(waiting reason: String, container: JSONValue) {
        let image = container["image"].string ?? "?"
        let message = (container["state"]["waiting"]["message"].string ?? "").trimmed
        switch reason {
        case "ErrImagePull", "ImagePullBackOff", "RegistryUnavailable":
            self = .imageNotPulled(
                image: image, message: message, isBackOff: reason == "ImagePullBackOff")
        case "InvalidImageName": self = .imageNameInvalid(image: image)
        case "ErrImageNeverPull": self = .imageNeverPulled(image: image)
        case "CreateContainerConfigError": self = .configuration(message: message)
        case "CreateContainerError", "RunContainerError": self = .notStarted(reason: reason, message: message)
        default: return nil
        }
    }
}

/// What an event about a Pod tells of a start that does not come on.
public enum PodEvent: Sendable, Equatable {
    /// It has a node.
    case scheduled(node: String)
    /// An image is pulled.
    case pulling(image: String)
    /// The host cluster adds a node for it.
    case scalingUp
    /// Other Pods make room for it.
    case preempting
    /// It does not come on.
    case failed(PodFailure)
    /// Anything else.
    case other

    /// Reads an event of `v1`.
    public init(_ event: JSONValue) {
        let message = (event["message"].string ?? "").trimmed
        let count = event["count"].integer ?? event["series"]["count"].integer ?? 1
        if event["type"].string == "Warning", PodFailure.isOutOfMemory(message) {
            self = .failed(.outOfMemoryAtStart(limit: nil, message: message))
            return
        }
        switch event["reason"].string {
        case "Scheduled": self = .scheduled(node: message.split(separator: " ").last.map(String.init) ?? "")
        case "Pulling":
            let parts = message.split(separator: "\"", omittingEmptySubsequences: false)
            self = .pulling(image: parts.count > 1 ? String(parts[1]) : message)
        case "TriggeredScaleUp": self = .scalingUp
        case "Preempting": self = .preempting
        case "FailedCreatePodSandBox": self = .failed(.sandbox(message: message, count: count))
        case "FailedMount", "FailedAttachVolume": self = .failed(.volume(message: message, count: count))
        case "NodeNotReady", "TaintManagerEviction": self = .failed(.nodeLost(message: message))
        default: self = .other
        }
    }

    /// What is being done, where the event tells it.
    public var phase: String? {
        switch self {
        case .scheduled(let node): "Assigned to node \(node)"
        case .pulling(let image): "Pulling image \"\(image)\""
        case .scalingUp: "The host cluster adds a node"
        case .preempting, .failed, .other: nil
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
