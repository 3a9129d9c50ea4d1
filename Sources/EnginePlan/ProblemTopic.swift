/// What a problem is about: the identifier of the check of `kinkajou doctor` that explains it.
public enum ProblemTopic: String, Sendable, Codable, CaseIterable {
    /// The user is not root.
    case root
    /// CAP_SYS_ADMIN.
    case sysAdmin = "cap-sys-admin"
    /// CAP_NET_ADMIN.
    case netAdmin = "cap-net-admin"
    /// A filter of system calls.
    case seccomp
    /// A user namespace that lacks something.
    case userNamespace = "user-namespace"
    /// The program dockerd.
    case daemon = "dockerd"
    /// runc or crun.
    case runtime = "oci-runtime"
    /// Somebody else's engine.
    case socket = "docker-socket"
    /// A TCP port without TLS.
    case insecureTCP = "insecure-tcp"
    /// A network namespace that others use too.
    case sharedNetwork = "shared-network"
    /// The limit of processes.
    case processes = "pids"
    /// Limits of inotify.
    case inotify
    /// No cgroups at all.
    case cgroups = "cgroups-mounted"
    /// Controllers that the own cgroup does not have.
    case cgroupControllers = "cgroup-controllers"
    /// Different cgroups in different hierarchies.
    case cgroupPaths = "cgroup-paths"
    /// The program iptables.
    case packetFilterProgram = "iptables"
    /// The nat table.
    case packetFilter = "iptables-nat"
    /// Networks that hide each other.
    case addresses = "address-overlap"
    /// Sizes of packets.
    case mtu
    /// The other address family.
    case ipv6
    /// The resolver's servers.
    case nameServers = "dns-servers"
    /// overlay on the data root.
    case storageDriver = "overlay"
    /// Writing into the data root.
    case dataRoot = "data-root"
    /// Free bytes.
    case space = "disk-space"
    /// Free inodes.
    case inodes = "disk-inodes"
}
