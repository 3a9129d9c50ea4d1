import Doctor
import EnginePlan
import HostFacts

/// What the checks of a place are made of, still to be changed.
struct HereInput: Sendable {
    var host: HostFacts
    var settings = DindSettings()
    var purpose = Purpose.cluster
    var probes: ProbeFacts?

    var facts: HereFacts { HereFacts(host: host, settings: settings, purpose: purpose, probes: probes) }
}

/// Facts with which no check finds anything: the cases differ from them in one thing each.
enum Healthy {
    /// A privileged container on cgroup version 2.
    static let here = HereInput(
        host: HostFacts(
            kernel: kernel,
            process: ProcessFacts(
                userID: 0, effective: .full(upTo: 40), bounding: .full(upTo: 40), lastCapability: 40,
                isInitialUserNamespace: true, seccompMode: 0, openFilesLimit: 1_048_576),
            mounts: Mount.parse(
                mountinfo: """
                    30 20 0:40 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/l
                    31 30 0:41 / /proc rw,nosuid - proc proc rw
                    32 30 0:42 / /sys rw,nosuid - sysfs sysfs rw
                    33 32 0:43 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup rw
                    """),
            cgroups: CgroupFacts(
                membership: CgroupMembership.parse("0::/\n"),
                enabledControllers: ["cpuset", "cpu", "memory", "pids"],
                unified: UnifiedCgroupFacts(
                    rootType: "domain", controllers: ["cpuset", "cpu", "io", "memory", "pids"],
                    subtreeControl: ["cpuset", "cpu", "io", "memory", "pids"])),
            network: network, packetFilter: packetFilter,
            storage: StorageFacts(
                dataRoot: "/var/lib/docker", fileSystem: "ext4", writeError: nil, freeBytes: 50 << 30,
                totalBytes: 100 << 30, freeInodes: 5_000_000, totalInodes: 6_000_000, presentDrivers: []),
            engine: EngineFacts(
                daemon: "/usr/sbin/dockerd", version: EngineVersion(major: 26, minor: 1),
                runtime: "/usr/sbin/runc", wrapper: "/usr/local/bin/kinkajou-oci"),
            proxyVariables: [],
            resources: ResourceFacts(
                processors: 4, memoryTotal: 16 << 30, memoryAvailable: 8 << 30, processes: 12),
            initProcess: InitFacts(name: "kinkajou", takesTermination: true),
            keys: KeyFacts(used: 3, limit: 1_000_000),
            conntrack: ConntrackFacts(count: 10, limit: 262_144, isWritable: true),
            identity: IdentityFacts(machineID: .valid, hasProductUUID: false),
            clock: ClockFacts(
                now: 1_800_000_000, isSynchronised: true, newestFile: "/etc/hosts", newestTime: 1_799_999_000),
            clusterPrograms: [
                "kind": "/usr/bin/kind", "kubectl": "/usr/bin/kubectl", "docker": "/usr/bin/docker",
                "containerd": "/usr/bin/containerd", "kubelet": "/usr/bin/kubelet",
                "kubeadm": "/usr/bin/kubeadm", "runc": "/usr/sbin/runc",
            ]),
        probes: ProbeFacts(
            sync: SyncProbe(place: "/var/lib/docker", milliseconds: [0.4, 0.5, 2]),
            nameServers: [NameServerProbe(server: "10.0.0.2", milliseconds: 3)],
            registries: [RegistryProbe(address: "https://mirror.example", isMirror: true, status: 401)]))

    /// The same, with what a check is for.
    static func here(for check: Check) -> HereInput {
        var input = here
        if !check.purposes.contains(input.purpose) { input.purpose = .node }
        return input
    }

    private static let kernel = KernelFacts(
        release: "6.1.0", modules: ["overlay"], hasModuleDirectory: true,
        fileSystems: ["ext4", "overlay", "cgroup2"], appArmorEnabled: false,
        settings: [
            "fs.inotify.max_user_instances": "512", "fs.inotify.max_user_watches": "524288",
            "net.ipv4.ip_forward": "1", "net.ipv6.conf.all.disable_ipv6": "0",
        ],
        devices: ["/dev/kmsg", "/dev/fuse"])

    private static let network = NetworkFacts(
        interfaces: [
            NetworkInterface(
                name: "eth0", mtu: 1500, addresses: [IPv4Network("10.0.0.7/24")].compactMap { $0 })
        ],
        routes: [Route(destination: IPv4Network(address: 0, prefixLength: 0), interface: "eth0")],
        resolver: ResolverConfiguration(nameservers: ["10.0.0.2"]), serviceHost: nil, hasBridgeNetfilter: true
    )

    private static let packetFilter: PacketFilterFacts = {
        func backend(_ name: String) -> PacketFilterBackendFacts {
            PacketFilterBackendFacts(command: "/usr/sbin/" + name)
        }
        return PacketFilterFacts(
            legacy: backend("iptables-legacy"), nft: backend("iptables-nft"),
            legacyIPv6: backend("ip6tables-legacy"), nftIPv6: backend("ip6tables-nft"), preset: .nft)
    }()

    /// An engine of its own on a machine with cgroup version 2.
    static let docker = DockerFacts(
        socket: "/var/run/docker.sock", purpose: .cluster, version: EngineVersion(major: 26, minor: 1),
        cgroupVersion: "2", cgroupDriver: "systemd", storageDriver: "overlay2",
        securityOptions: ["name=seccomp,profile=builtin", "name=cgroupns"], processors: 4,
        memoryBytes: 16 << 30, kernel: "6.1.0", hasImage: true)

    /// A host cluster of two nodes.
    static let cluster = HostClusterFacts(
        context: "kind-host", namespace: "ci", purpose: .cluster, version: "v1.29.3",
        namespaceLabels: ["pod-security.kubernetes.io/enforce": "privileged"],
        permissions: [
            .init(verb: "create", resource: "pods", isAllowed: true),
            .init(verb: "list", resource: "nodes", isAllowed: true),
        ],
        nodes: [node("one"), node("two")],
        needs: .init(
            requests: ["cpu": "1", "memory": "1Gi"], limits: ["cpu": "2", "memory": "4Gi"],
            architecture: "amd64"))

    static func node(_ name: String) -> HostClusterFacts.Node {
        HostClusterFacts.Node(
            name: name, isReady: true, kernel: "6.1.0", architecture: "amd64", runtime: "containerd://1.7.2",
            kubelet: "v1.29.3", allocatable: ["cpu": "4", "memory": "16Gi", "ephemeral-storage": "100Gi"],
            systemUUID: "uuid-" + name, machineID: "id-" + name, cgroupVersion: 2)
    }
}
