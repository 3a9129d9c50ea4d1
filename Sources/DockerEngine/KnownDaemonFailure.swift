/// A failure of the daemon, or of a container in it, that is known: what its message means, and its cure.
public struct KnownDaemonFailure: Sendable, Equatable {
    /// The messages: any of these lists of texts, all of which occur. Case does not matter.
    public let patterns: [[String]]
    /// Why it happens.
    public let cause: String
    /// What to do about it.
    public let cure: String
    /// Where it was reported and explained.
    public let reference: String

    /// Makes an entry.
    public init(patterns: [[String]], cause: String, cure: String, reference: String) {
        self.patterns = patterns.map { $0.map { $0.lowercased() } }
        self.cause = cause
        self.cure = cure
        self.reference = reference
    }

    /// Whether a message is one of this failure's.
    public func matches(_ message: String) -> Bool {
        let message = message.lowercased()
        return patterns.contains { texts in texts.allSatisfy { message.contains($0) } }
    }

    /// The known failure that a message speaks of.
    public static func of(message: String) -> KnownDaemonFailure? {
        all.first { $0.matches(message) }
    }

    /// The known failure that a log speaks of: that of its reason, or else of its last warning or error. When
    /// the disk is full, for instance, the reason is a riddle, and containerd's warnings solve it.
    public static func of(lines: [String]) -> KnownDaemonFailure? {
        if let reason = DaemonLog.failureReason(lines: lines), let known = of(message: reason) {
            return known
        }
        return DaemonLog.complaints(lines: lines).reversed().lazy.compactMap { of(message: $0) }.first
    }

    /// All known failures, the more specific ones first.
    public static let all: [KnownDaemonFailure] =
        cgroups + lifeCycle + privileges + storage + network + settings

    private static let cgroups = [
        KnownDaemonFailure(
            patterns: [
                ["cannot enter cgroupv2", "threaded mode"], ["cannot enter cgroupv2", "invalid state"],
                ["cannot enter cgroupv2", "with domain controllers"],
            ],
            cause: "there are processes in the parent of the containers' cgroup (cgroup v2 allows them only "
                + "in leaves)",
            cure:
                "move all processes into a leaf of their own before the daemon starts; `kinkajou dind` does",
            reference: "containerd#6659"),
        KnownDaemonFailure(
            patterns: [["cgroup.subtree_control", "device or resource busy"]],
            cause: "a process entered the cgroup while its controllers were being delegated, such as that of "
                + "an exec probe",
            cure: "start again; use no exec probe on this container",
            reference: "docker-library/docker#308"),
        KnownDaemonFailure(
            patterns: [
                ["devices cgroup isn't mounted"], ["cgroup mountpoint does not exist"],
                ["cannot find cgroup mount destination"],
            ],
            cause: "a hierarchy of cgroup v1 is not mounted in this container",
            cure: "run the container privileged, with the runtime's own mounts below /sys/fs/cgroup",
            reference: "kind#2440"),
        KnownDaemonFailure(
            patterns: [
                ["/sys/fs/cgroup", "permission denied"], ["/sys/fs/cgroup", "read-only file system"],
            ],
            cause: "the cgroup file system is not writable: the container is not privileged, or has a user "
                + "namespace (`hostUsers: false`)",
            cure:
                "run it privileged, or give it a runtime class with cgroup_writable, SYS_ADMIN and NET_ADMIN",
            reference: "moby#45378"),
    ]

    private static let lifeCycle = [
        KnownDaemonFailure(
            patterns: [
                ["timeout waiting for containerd to start"], ["containerd", "context deadline exceeded"],
            ],
            cause: "containerd did not answer within 15 s: too little CPU, or the pid file of an earlier run",
            cure: "raise the container's CPU limit; remove stale pid files below /var/run/docker",
            reference: "docker-library/docker#195"),
        KnownDaemonFailure(
            patterns: [["pid file found"], ["process with pid", "is still running"]],
            cause: "a pid file says that a daemon runs already; after an unclean end it is stale",
            cure: "stop the other daemon, or remove the file",
            reference: "docker-library/docker#195"),
        KnownDaemonFailure(
            patterns: [["intentionally being slowed down"]],
            cause: "the daemon was told to listen on TCP without TLS, and delays its start by 16 s",
            cure: "use the unix socket alone, or TLS; `--tls=false` says that it is meant",
            reference: "docker-library/docker#170"),
        KnownDaemonFailure(
            patterns: [["address already in use"], ["failed to load listeners"]],
            cause: "another process has the daemon's socket or port",
            cure: "stop it, or choose another address with `-H`",
            reference: "https://docs.docker.com/engine/daemon/troubleshoot/"),
    ]

    private static let privileges = [
        KnownDaemonFailure(
            patterns: [["unsafe procfs detected"]],
            cause: "runc 1.3.3 and newer refuse a /proc with other mounts over it",
            cure: "update the outer runtime, or run without the sandbox that covers parts of /proc",
            reference: "runc#4968"),
        KnownDaemonFailure(
            patterns: [
                ["docker-default", "could not be loaded"], ["docker-default", "apparmor"],
                ["apparmor_parser", "error"],
            ],
            cause: "AppArmor is on, but its profile cannot be loaded from inside this container",
            cure: "mount securityfs at /sys/kernel/security, set `container=docker`, or run unconfined",
            reference: "moby#36952"),
        KnownDaemonFailure(
            patterns: [
                ["error setting limit", "operation not permitted"],
                ["error setting limit", "invalid argument"], ["error setting rlimit"],
            ],
            cause: "limits cannot be raised: CAP_SYS_RESOURCE is missing, or the hard limit is lower",
            cure: "inherit the limits: leave out `--ulimit` and `--default-ulimit`",
            reference: "sysbox#702"),
        KnownDaemonFailure(
            patterns: [["session key", "disk quota exceeded"]],
            cause: "the host's quota of kernel keys is used up",
            cure: "raise kernel.keys.maxkeys and kernel.keys.maxbytes on the host",
            reference: "kind#3806"),
        KnownDaemonFailure(
            patterns: [
                ["resource temporarily unavailable"], ["failed to create new os thread"],
            ],
            cause: "the limit of processes is reached",
            cure: "raise the container's pids limit",
            reference: "skypilot#3412"),
        KnownDaemonFailure(
            patterns: [
                ["are you root?"], ["needs to be started with root privileges"],
                ["unable to apply caps", "operation not permitted"],
                ["mount", "operation not permitted"], ["mount", "permission denied"],
            ],
            cause: "this container is not privileged",
            cure: "run it privileged (`docker run --privileged`, or `securityContext.privileged: true`)",
            reference: "moby#16931"),
    ]

    private static let storage = [
        KnownDaemonFailure(
            patterns: [
                ["overlay", "invalid argument"], ["overlay", "not supported"],
                ["overlayfs: filesystem on", "not supported as upperdir"],
                ["error initializing graphdriver"], ["no supported storage driver"],
                ["driver not supported"],
            ],
            cause: "the storage driver does not work on the file system of the data root, as overlay2 does "
                + "not on an overlay",
            cure: "put an emptyDir, volume or PVC at the data root (/var/lib/docker)",
            reference: "docker/for-linux#1400"),
        KnownDaemonFailure(
            patterns: [["no space left on device"], ["low on resource: ephemeral-storage"]],
            cause: "the disk, or the volume at the data root, is full (cgroup and inotify limits read alike)",
            cure: "free space (`docker system prune`), raise the volume's sizeLimit, or use a PVC",
            reference: "helm/charts#9873"),
        KnownDaemonFailure(
            patterns: [["could not find device", "in cached partitions map"]],
            cause: "the data root lies on btrfs or an encrypted disk whose device is not visible here",
            cure: "make the device visible, or put the data root on another file system",
            reference: "kind#2411"),
        KnownDaemonFailure(
            patterns: [["read-only file system"]],
            cause: "the data root, or the daemon's directory below /var/run, cannot be written",
            cure: "mount a writable volume there, or choose another place with `--data-root`",
            reference: "https://docs.docker.com/engine/daemon/#configure-the-data-directory-location"),
    ]

    private static let network = [
        KnownDaemonFailure(
            patterns: [["can't initialize ip6tables table"], ["ip6tables", "failed"]],
            cause: "Docker 27 and newer use ip6tables, which this kernel lacks",
            cure: "load ip6table_nat on the host, or start the daemon with `--ip6tables=false`",
            reference: "moby#47895"),
        KnownDaemonFailure(
            patterns: [
                ["can't initialize iptables table"], ["table_add failed"], ["iptables", "failed"],
                ["iptables not found"],
            ],
            cause:
                "iptables does not work: the wrong backend (legacy or nft), a missing kernel module, or no "
                + "NET_ADMIN",
            cure: "use the backend whose `iptables -t nat -nL` works; mount the host's /lib/modules",
            reference: "docker-library/docker#350"),
        KnownDaemonFailure(
            patterns: [["without the userland proxy"]],
            cause: "the kernel module br_netfilter is missing",
            cure: "load it on the host, or set DOCKER_IGNORE_BR_NETFILTER_ERROR=1",
            reference: "https://docs.docker.com/engine/network/packet-filtering-firewalls/"),
        KnownDaemonFailure(
            patterns: [["non-overlapping ipv4 address pool"], ["non-overlapping", "address pool"]],
            cause: "no address range is left that overlaps no route of this container",
            cure: "name free ranges with `--bip` and `--default-address-pool`",
            reference: "https://docs.docker.com/reference/cli/dockerd/"),
    ]

    private static let settings = [
        KnownDaemonFailure(
            patterns: [
                ["unknown flag"], ["unknown shorthand flag"], ["invalid argument", "for \"--"],
                ["don't match any configuration option"], ["unable to configure the docker daemon"],
                ["invalid cidr address"],
            ],
            cause: "the daemon does not accept one of its settings",
            cure: "correct it in the arguments given to the daemon, or in /etc/docker/daemon.json",
            reference: "https://docs.docker.com/reference/cli/dockerd/")
    ]
}
