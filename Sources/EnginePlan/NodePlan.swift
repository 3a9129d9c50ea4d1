public import HostFacts
internal import Values

/// What will be done to make this container a node of a cluster, with containerd and the kubelet as children and no
/// Docker, and why.
public struct NodePlan: Sendable, Equatable, Codable {
    /// Where the volume has to be that holds what overlay cannot be stacked on, unless somebody chose another place.
    public static let volume = "/var/lib/kinkajou"
    /// Where the image has its containers' store.
    public static let imageStore = "/var/lib/containerd"
    /// The kubelet's own directory.
    public static let kubeletDirectory = "/var/lib/kubelet"
    /// The programs of a node image that a node is made with.
    public static let programs = ["containerd", "kubelet", "kubeadm", "kubectl", "runc"]
    /// etcd's data.
    public static let etcdDirectory = "/var/lib/etcd"

    /// Every decision with its reason.
    public var decisions: [Decision]
    /// What stands in the way.
    public var problems: [Problem]
    /// Directories on the volume that the steps begin with.
    public var directories: [String]
    /// The steps, in order; those of the cgroup strategy come after them.
    public var steps: [PlannedStep]
    /// The ways to place the cgroups of Pods, best first. The parent of each is the kubelet's cgroup root.
    public var cgroupStrategies: [CgroupStrategy]
    /// The iptables backend.
    public var packetFilter: PacketFilterBackend
    /// The directory that goes to the front of PATH, where one is needed.
    public var pathPrefix: String?
    /// containerd's root.
    public var store: String
    /// What is made for this run alone, on the volume.
    public var state: String
    /// The address that the node has in the cluster; nil where no route leads anywhere.
    public var address: String?
    /// The largest packet of Pods, in bytes.
    public var mtu: Int
    /// Whether containers have to be started through the OCI wrapper.
    public var needsWrapper: Bool
    /// The name servers of Pods that use the node's, and of the cluster's DNS.
    public var nameServers: [String]

    /// The problems that make the plan impossible.
    public var errors: [Problem] { problems.filter { $0.severity == .error } }

    /// Works out the plan. Pure: the same facts and settings give the same plan on every machine.
    ///
    /// - Parameters:
    ///   - settings: What was asked for; of it the data root, networks and name servers count.
    ///   - identity: A word that no other node has, and no node around this one.
    public init(facts: HostFacts, settings: DindSettings, identity: String) {
        let root = Self.volume(settings)
        let state = "\(root)/\(identity)"
        store = "\(state)/containerd"
        self.state = state
        directories = ["store", "work", "snapshots", "kubelet"].map { "\(state)/\($0)" }
        steps = Self.storeSteps(state: state) + MountPlanner.steps(facts)
        // dockerd and its socket are none of a node's concern.
        problems = PrivilegeCheck.problems(facts).filter { ![.daemon, .runtime, .socket].contains($0.topic) }
        problems += Self.storageProblems(facts.storage)
        decisions = [
            Decision(
                "image store", store,
                because: "the image's own store is shown through overlay and never copied; what is written"
                    + " lies on the volume at \(root)"),
            Decision(
                "etcd", "in memory",
                because:
                    "a throw-away cluster's state need not outlive its container, and no disk has to sync"
            ),
        ]

        let cgroups = NodeCgroupPlanner.plan(facts, identity: identity)
        steps += cgroups.steps
        problems += cgroups.problems
        cgroupStrategies = cgroups.strategies
        for (index, strategy) in cgroups.strategies.enumerated() {
            decisions.append(
                Decision(
                    index == 0 ? "cgroups" : "cgroups, else",
                    "\(strategy.name), kubelet in \(strategy.parent)",
                    because: strategy.reason))
        }

        let filter = PacketFilterPlanner.plan(facts, settings: settings)
        decisions.append(filter.decision)
        steps += filter.steps
        problems += filter.problems
        packetFilter = filter.backend
        pathPrefix = filter.steps.isEmpty ? nil : PacketFilterPlanner.directory

        let outer = OuterNetworks(facts: facts, settings: settings)
        address = outer.address
        mtu = outer.mtu
        decisions.append(
            Decision("mtu", String(mtu), because: "Pods leave by the container's own interface"))
        needsWrapper = !facts.process.missingFromBounding.isEmpty || !facts.process.isInitialUserNamespace
        decisions.append(
            Decision(
                "runtime", needsWrapper ? "runc through kinkajou-oci" : "runc",
                because: needsWrapper
                    ? "this container has not every capability, and runc asks for all of them"
                    : "every capability is granted"))
        nameServers = settings.dns.isEmpty ? facts.network.resolver.nameservers : settings.dns
        if nameServers.contains(where: { $0.hasPrefix("127.") || $0 == "::1" }) {
            problems.append(
                .warning(
                    .nameServers,
                    "the name server \(nameServers.joined(separator: ", ")) is on this container's loopback, which"
                        + " Pods do not reach: names outside the cluster will not resolve in them",
                    cure: "give a name server that Pods reach, with --dns"))
        }
    }

    /// Where the volume is.
    public static func volume(_ settings: DindSettings) -> String {
        settings.dataRoot.source == .plan ? volume : settings.dataRoot.value
    }

    /// The store of the image is only read: content and metadata through overlay, and the snapshots, whose own
    /// overlays need a plain file system below, on the volume.
    private static func storeSteps(state: String) -> [PlannedStep] {
        let store = "\(state)/containerd"
        return [
            PlannedStep(
                .mount(
                    fileSystem: "overlay", source: "overlay", target: store,
                    options: ["lowerdir=\(imageStore)", "upperdir=\(state)/store", "workdir=\(state)/work"]),
                because: "the images that the node brings along are there at once, and nothing is copied"),
            PlannedStep(
                .bindMount(
                    source: "\(state)/snapshots", target: "\(store)/io.containerd.snapshotter.v1.overlayfs"),
                because: "overlay is not stacked on overlay: what containers write lies on the volume"),
            PlannedStep(
                .bindMount(source: "\(state)/kubelet", target: kubeletDirectory),
                because: "volumes of Pods lie on the volume"),
            PlannedStep(
                .shareMounts(of: kubeletDirectory),
                because: "mounts that the kubelet makes reach the containers that want them"),
            PlannedStep(
                .mount(fileSystem: "tmpfs", source: "tmpfs", target: etcdDirectory, options: ["mode=0700"]),
                because: "etcd syncs every write, and memory has no disk to wait for"),
        ]
    }

    private static func storageProblems(_ storage: StorageFacts) -> [Problem] {
        let cure =
            "mount a volume there (docker run --volume \(storage.dataRoot), or an emptyDir), or name another place"
            + " with --data-root"
        if let error = storage.writeError {
            return [
                .error(
                    .dataRoot, "\(storage.dataRoot) cannot be written to: \(error)", cure: cure,
                    code: .storageUnusable)
            ]
        }
        if StoragePlanner.unstackable.contains(storage.fileSystem) {
            return [
                .error(
                    .storageDriver,
                    "\(storage.dataRoot) is on \(storage.fileSystem), which containers cannot be stacked on",
                    cure: cure, code: .storageUnusable)
            ]
        }
        guard storage.freeBytes < StoragePlanner.leastFreeBytes else { return [] }
        return [
            .error(
                .space, "\(storage.dataRoot) has \(storage.freeBytes >> 20) MiB free",
                cure: "free some space, or raise the volume's limit", code: .storageUnusable)
        ]
    }
}
