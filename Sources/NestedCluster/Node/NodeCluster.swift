public import ClusterSpec
public import Console
public import EngineHost
internal import EnginePlan
internal import FoundationEssentials
public import HostFacts
internal import HostReader
internal import KubernetesAPI
internal import Linux
internal import PodAgent
internal import Synchronization
internal import Values

/// A cluster of one node, which is this container: the control plane's files are written here and by kubeadm's phases,
/// and the kubelet starts it.
public final class NodeCluster: Workload {
    private static let manifests = "/etc/kubernetes/manifests"
    /// Of the same file system: a manifest appears whole or not at all.
    private static let heldBack = "/etc/kubernetes/later"
    /// The parts of the control plane that are of no use before the API server serves: started with it, they fail
    /// their first requests, and wait longer and longer before the next.
    private static let later = ["kube-scheduler.yaml", "kube-controller-manager.yaml"]

    private struct State {
        var making: ClusterMaking?
        var api: KubernetesClient?
        var context: String?
        var mounts = NodeMounts()
        var node: OwnNode?
    }

    private let spec: ClusterSpec
    private let host: NodeHost
    private let kubeconfig: String
    private let status: StatusBoard
    private let state = Mutex(State())

    /// A cluster that is not there yet, in a node that is not there either.
    public init(_ spec: ClusterSpec, host: NodeHost, status: StatusBoard) {
        self.spec = spec
        self.host = host
        kubeconfig = ClusterMaking.kubeconfig(of: spec)
        self.status = status
    }

    /// What a cluster changes in the configuration of the node's containerd: patches, and where hosts of registries are
    /// looked for.
    public static func containerdChanges(of spec: ClusterSpec, facts: HostFacts) throws -> ContainerdChanges {
        try NodeControlPlane.containerdChanges(of: spec, facts: facts)
    }

    // MARK: - Up

    /// Makes the cluster and waits until it is as ready as was asked for.
    public func setUp(environment: [String: String], progress: Progress) async throws -> [String: String] {
        let making = ClusterMaking(spec: spec, status: status, progress: progress)
        state.withLock { $0.making = making }
        return try await making.run { try await make(environment: environment, progress: progress) }
    }

    private func make(environment: [String: String], progress: Progress) async throws {
        let deadline = ContinuousClock.now + spec.wait
        progress.begin("Writing the control plane 📜", as: .step)
        let control = try await NodeControlPlane(spec, host: host)
        for warning in control.warnings { progress.warn("\(warning)") }
        for notice in control.notices { progress.notice("note: \(notice)") }
        let kubeadm = Kubeadm(
            configuration: ClusterDirectory.path + "/kubeadm.yaml", environment: environment,
            deadline: deadline)
        try write(control, to: kubeadm.configuration)
        try state.withLock { state throws(KinkajouError) in
            for mount in control.cluster.nodes.first?.extraMounts ?? [] { try state.mounts.add(mount) }
        }
        // Each writes files of its own.
        try await kubeadm.run([
            ["control-plane", "all"], ["etcd", "local"], ["kubelet-start"],
        ])
        try await startNetwork(control, environment: environment)
        try move(Self.later, from: Self.manifests, to: Self.heldBack)
        try await host.startKubelet(try control.kubeletArguments())
        progress.done()

        progress.begin("Starting the control plane 🕹️", as: .step)
        let api = try connect(control)
        try await untilAnswered(api, "/version", deadline: deadline)
        try move(Self.later, from: Self.heldBack, to: Self.manifests)
        try await untilAnswered(api, "/readyz", deadline: deadline)
        progress.done()

        progress.begin("Installing what every cluster has 💾", as: .step)
        async let registered: Void = giveNetwork(control, api: api, deadline: deadline)
        async let storage: Void = installStorage(environment: environment)
        try await kubeadm.run([
            ["addon", control.hasProxy ? "all" : "coredns"], ["upload-config", "all"], ["bootstrap-token"],
        ])
        try await registered
        try await kubeadm.run([["mark-control-plane"]])
        try await storage
        progress.done()
        guard spec.waitFor > .none else { return }
        try await ReadinessLadder(
            client: api, progress: progress, deadline: deadline, limit: spec.wait,
            plannedNodes: [control.nodeName], inspector: nil
        ).climb(to: spec.waitFor)
    }

    private func write(_ control: NodeControlPlane, to configuration: String) throws {
        do {
            try Files.makeDirectories(ClusterDirectory.path, mode: 0o700)
            // Patches can hold passwords.
            try Files.replace(configuration, with: control.documents.text, mode: 0o600)
            try Files.replace(NodeControlPlane.resolverFile, with: control.resolver, mode: 0o644)
            try ClusterDirectory.write(control.files)
            for file in try control.certificates.files() {
                try ClusterDirectory.makeParent(of: file.path)
                try Files.replace(file.path, with: file.contents, mode: file.mode)
            }
            try ClusterDirectory.makeParent(of: kubeconfig, mode: 0o700)
            let admin = try Kubeconfig(
                yaml: try Files.read(ControlPlaneCertificates.directory + "/admin.conf"), file: nil)
            let name = "kind-\(control.name)"
            guard let context = admin.contexts.first, var cluster = admin.cluster(context.cluster),
                let user = admin.user(context.user)
            else { return }
            cluster["server"] = .string(control.outerURL)
            try KubeconfigFile(path: kubeconfig).update { file in
                file.setCluster(name, cluster)
                file.setUser(name, user)
                file.setContext(name, ["cluster": .string(name), "user": .string(name)])
                file.currentContext = name
            }
            state.withLock { $0.context = name }
            try keep(control, cluster: cluster, user: user)
        } catch {
            throw KinkajouError(
                "the control plane's files cannot be written: \(error)",
                cure:
                    "make /etc/kubernetes, /run and the kubeconfig's directory writable, with some space free",
                code: .stepFailed)
        }
    }

    /// What `kinkajou inside` needs to know of this node.
    private func keep(_ control: NodeControlPlane, cluster: JSONValue, user: JSONValue) throws {
        let name = "kind-\(control.name)"
        let kubeconfig: JSONValue = [
            "apiVersion": "v1", "kind": "Config", "current-context": .string(name),
            "clusters": [["name": .string(name), "cluster": cluster]],
            "users": [["name": .string(name), "user": user]],
            "contexts": [
                ["name": .string(name), "context": ["cluster": .string(name), "user": .string(name)]]
            ],
        ]
        try Files.replace(OwnNode.kubeconfig, with: kubeconfig.encoded(pretty: true), mode: 0o600)
        let node = OwnNode(
            cluster: control.name, name: control.nodeName, image: control.image,
            kubernetesVersion: control.version.description, address: control.address)
        try Files.replace(OwnNode.file, with: try node.json(), mode: 0o644)
        state.withLock { $0.node = node }
    }

    private func move(_ names: [String], from source: String, to target: String) throws {
        do throws(SystemError) {
            try Files.makeDirectories(target, mode: 0o700)
            for name in names { try Files.move("\(source)/\(name)", to: "\(target)/\(name)") }
        } catch {
            throw KinkajouError(
                "the manifests of the control plane cannot be moved: \(error)",
                cure: "make /etc/kubernetes writable", code: .stepFailed)
        }
    }

    /// The network is there before any Pod is.
    private func startNetwork(_ control: NodeControlPlane, environment: [String: String]) async throws {
        guard let network = control.network else { return }
        do throws(SystemError) {
            try Files.makeDirectories(PodNetwork.directory)
            try Files.replace(
                PodNetwork.directory + "/" + PodNetwork.fileName, with: network.configuration, mode: 0o644)
            try Files.write("1", to: "/proc/sys/net/ipv4/ip_forward")
        } catch {
            throw KinkajouError(
                "the network of Pods cannot be set up: \(error)",
                cure: "run the container privileged", code: .stepFailed)
        }
        let program = "iptables-\(control.packetFilter.rawValue)-restore"
        let result = await Tool.run(program, ["--noflush", "-w", "5"], input: network.masquerading)
        guard !result.isSuccess else { return }
        throw KinkajouError(
            "Pods cannot leave the cluster: \(program): \(result.reason)",
            cure: "kinkajou doctor says which part of the kernel is missing", code: .stepFailed)
    }

    private func connect(_ control: NodeControlPlane) throws -> KubernetesClient {
        // No variable of the container's: what is meant for the world outside does not lead to this API server.
        let client = try KubernetesClient(
            try ClientConfiguration.resolve(
                kubeconfig: kubeconfig, context: "kind-\(control.name)", environment: [:]),
            userAgent: "kinkajou")
        state.withLock { $0.api = client }
        status.follow(client)
        return client
    }

    private func untilAnswered(
        _ api: KubernetesClient, _ path: String, deadline: ContinuousClock.Instant
    ) async throws {
        while true {
            let reason: String
            do {
                _ = try await api.request(APIRequest(.get, path), timeout: .seconds(5))
                return
            } catch let error as KubernetesError {
                reason = "\(error)"
            }
            if let failure = await host.kubeletFailure() { throw failure }
            guard ContinuousClock.now < deadline else {
                throw KinkajouError.cluster(
                    "the API server did not answer \(path) within \(spec.waitSeconds) s: \(reason)",
                    evidence: NodeLogs.evidence(),
                    cure: "give the container more CPU, or more time with --wait", code: .timedOut)
            }
            state.withLock { $0.making }?.progress.update(reason)
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Tells the API server which network the node's Pods are in, as soon as it knows the node.
    private func giveNetwork(
        _ control: NodeControlPlane, api: KubernetesClient, deadline: ContinuousClock.Instant
    ) async throws {
        struct Late: Error {}
        do {
            try await withDeadline(ContinuousClock.now.duration(to: deadline), failure: Late()) {
                for try await event in api.watch(.nodes, fields: "metadata.name=\(control.nodeName)") {
                    if case .added = event { return }
                }
            }
        } catch is Late {
            throw KinkajouError.cluster(
                "the kubelet did not register its node within \(spec.waitSeconds) s",
                evidence: NodeLogs.evidence(), code: .timedOut)
        }
        guard let network = control.network else { return }
        let range = JSONValue.string("\(network.node)")
        _ = try await api.patch(
            .nodes, control.nodeName, ["spec": ["podCIDR": range, "podCIDRs": [range]]], type: .merge)
    }

    /// The default StorageClass that the image brings, as kind installs it.
    private func installStorage(environment: [String: String]) async throws {
        let manifest = "/kind/manifests/default-storage.yaml"
        guard Files.exists(manifest) else { return }
        var environment = environment
        environment["KUBECONFIG"] = ControlPlaneCertificates.directory + "/admin.conf"
        let result = try await CapturedProgram.run(
            ChildRequest(
                executable: "kubectl", arguments: ["apply", "--filename", manifest], environment: environment),
            timeout: .seconds(60))
        guard !result.isSuccess else { return }
        throw KinkajouError.cluster(
            "the default storage class cannot be installed: \(result.reason)",
            evidence: FailureEvidence(result.errors.split(separator: "\n").suffix(5).map(String.init)))
    }

    // MARK: - Down

    /// Removes what was written; what runs is the node's to end.
    public func tearDown(
        environment: [String: String], deadline: ContinuousClock.Instant
    ) async -> [String] {
        status.isStopping()
        let (making, api, context, node) = state.withLock { ($0.making, $0.api, $0.context, $0.node) }
        await api?.shutdown()
        var complaints: [String] = []
        if let node {
            struct Late: Error, CustomStringConvertible { let description: String }
            complaints +=
                await making?.exportLogs(before: deadline) { directory, limit in
                    // The limit is of each file, too.
                    let late = Late(description: "not within \(limit.components.seconds) s")
                    return try await withDeadline(limit, failure: late) {
                        try await OwnNodeLogs.gather(node, into: directory, within: limit)
                    }
                } ?? []
        }
        making?.writeTrace()
        complaints += state.withLock { $0.mounts.removeAll() }
        if let context, Files.exists(kubeconfig) {
            do {
                try KubeconfigFile(path: kubeconfig).update { file in
                    file.removeContext(context)
                    file.removeCluster(context)
                    file.removeUser(context)
                    if file.currentContext == context { file.currentContext = nil }
                }
            } catch {
                complaints.append("the context \(context) in \(kubeconfig): \(error)")
            }
        }
        return complaints + ClusterDirectory.remove()
    }
}
