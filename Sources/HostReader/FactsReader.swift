public import HostFacts
internal import Linux

/// Reads the facts of the place this process runs in. It changes nothing: what can only be found out by
/// trying is tried in a namespace that goes away with the attempt.
public enum FactsReader {
    /// Reads everything.
    public static func read(dataRoot: String, socket: String = "/var/run/docker.sock") async -> HostFacts {
        async let packetFilter = PacketFilterReader.read()
        async let engine = EngineReader.read(socket: socket)
        let mounts = Mount.parse(mountinfo: text("/proc/self/mountinfo"))
        let cgroups = cgroups()
        let proxies = proxyVariables()
        return await HostFacts(
            kernel: KernelReader.read(),
            process: process(),
            mounts: mounts,
            cgroups: cgroups,
            network: NetworkReader.read(),
            packetFilter: packetFilter,
            storage: StorageReader.read(dataRoot: dataRoot),
            engine: engine,
            proxyVariables: proxies,
            resources: ResourceReader.read(
                layout: CgroupLayout(mounts: mounts, membership: cgroups.membership)),
            initProcess: SystemReader.initProcess(),
            keys: SystemReader.keys(),
            conntrack: SystemReader.conntrack(),
            identity: SystemReader.identity(),
            clock: SystemReader.clock(),
            confinement: SystemReader.confinement(),
            proxies: SystemReader.proxies(proxies),
            listeningPorts: SystemReader.listeningPorts(),
            clusterPrograms: SystemReader.clusterPrograms()
        )
    }

    /// A file's content; empty where it cannot be read.
    public static func text(_ path: String) -> String {
        (try? Files.read(path)) ?? ""
    }

    private static func process() -> ProcessFacts {
        ProcessFacts.parse(
            status: text("/proc/self/status"), uidMap: text("/proc/self/uid_map"),
            limits: text("/proc/self/limits"),
            lastCapability: Int(line("/proc/sys/kernel/cap_last_cap")) ?? 40)
    }

    private static func cgroups() -> CgroupFacts {
        let membership = CgroupMembership.parse(text("/proc/self/cgroup"))
        var unified: UnifiedCgroupFacts?
        let root = "/sys/fs/cgroup"
        if let own = membership.first(where: { $0.hierarchy == 0 })?.path,
            (try? FileSystemStatus(of: root))?.type == "cgroup2"
        {
            // With the host's namespace the own cgroup lies below the mount; with an own one it is the mount.
            let directory = Files.exists(root + own + "/cgroup.controllers") ? root + own : root
            unified = UnifiedCgroupFacts(
                rootType: Files.exists(root + "/cgroup.type") ? line(root + "/cgroup.type") : nil,
                controllers: words(directory + "/cgroup.controllers"),
                subtreeControl: words(directory + "/cgroup.subtree_control"))
        }
        return CgroupFacts(
            membership: membership,
            enabledControllers: CgroupFacts.parseControllers(text("/proc/cgroups")), unified: unified)
    }

    private static func proxyVariables() -> [String] {
        let names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]
        return (names + names.map { $0.lowercased() }).filter { Environment.value($0)?.isEmpty == false }
    }

    /// A file's only line.
    static func line(_ path: String) -> String {
        text(path).split(separator: "\n").first.map(String.init) ?? ""
    }

    private static func words(_ path: String) -> [String] {
        text(path).split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
    }
}
