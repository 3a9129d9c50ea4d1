extension KnownFailure {
    /// What dockerd, or a container in it, fails with.
    static let dockerd: [KnownFailure] =
        daemonCgroups + daemonLife + daemonPrivileges + daemonStorage + daemonNetwork + daemonSettings

    private static let daemonCgroups = [
        KnownFailure(
            [
                ["cannot enter cgroupv2", "threaded mode"], ["cannot enter cgroupv2", "invalid state"],
                ["cannot enter cgroupv2", "with domain controllers"],
            ], from: [.dockerd],
            cause: "there are processes in the parent of the containers' cgroup (cgroup v2 allows them only "
                + "in leaves)",
            cure:
                "move all processes into a leaf of their own before the daemon starts; `kinkajou dind` does",
            check: "cgroup-type", reference: "containerd#6659"),
        KnownFailure(
            [["cgroup.subtree_control", "device or resource busy"]], from: [.dockerd],
            cause: "a process entered the cgroup while its controllers were being delegated, such as that of "
                + "an exec probe",
            cure: "start again; use no exec probe on this container",
            check: "cgroup-delegation", reference: "docker-library/docker#308"),
        KnownFailure(
            [
                ["devices cgroup isn't mounted"], ["cgroup mountpoint does not exist"],
                ["cannot find cgroup mount destination"],
            ], from: [.dockerd],
            cause: "a hierarchy of cgroup v1 is not mounted in this container",
            cure: "run the container privileged, with the runtime's own mounts below /sys/fs/cgroup",
            check: "cgroups-mounted", reference: "kind#2440"),
        KnownFailure(
            [
                ["/sys/fs/cgroup", "permission denied"], ["/sys/fs/cgroup", "read-only file system"],
            ], from: [.dockerd],
            cause: "the cgroup file system is not writable: the container is not privileged, or has a user "
                + "namespace (`hostUsers: false`)",
            cure:
                "run it privileged, or give it a runtime class with cgroup_writable, SYS_ADMIN and NET_ADMIN",
            check: "cgroups-read-only", reference: "moby#45378"),
    ]

    private static let daemonLife = [
        KnownFailure(
            [
                ["timeout waiting for containerd to start"], ["containerd", "context deadline exceeded"],
            ], from: [.dockerd],
            cause: "containerd did not answer within 15 s: too little CPU, or the pid file of an earlier run",
            cure: "raise the container's CPU limit; remove stale pid files below /var/run/docker",
            check: "processors", reference: "docker-library/docker#195"),
        KnownFailure(
            [["pid file found"], ["process with pid", "is still running"]], from: [.dockerd],
            cause: "a pid file says that a daemon runs already; after an unclean end it is stale",
            cure: "stop the other daemon, or remove the file",
            check: "stale-state", reference: "docker-library/docker#195"),
        KnownFailure(
            [["intentionally being slowed down"]], from: [.dockerd],
            cause: "the daemon was told to listen on TCP without TLS, and delays its start by 16 s",
            cure: "use the unix socket alone, or TLS; `--tls=false` says that it is meant",
            reference: "docker-library/docker#170"),
        KnownFailure(
            [["address already in use"], ["failed to load listeners"]], from: [.dockerd],
            cause: "another process has the daemon's socket or port",
            cure: "stop it, or choose another address with `-H`",
            reference: "https://docs.docker.com/engine/daemon/troubleshoot/"),
    ]

    private static let daemonPrivileges = [
        KnownFailure(
            [["unsafe procfs detected"]],
            cause: "runc 1.3.3 and newer refuse a /proc with other mounts over it",
            cure: "update the outer runtime, or run without the sandbox that covers parts of /proc",
            check: "proc-mounts", reference: "runc#4968"),
        KnownFailure(
            [
                ["docker-default", "could not be loaded"], ["docker-default", "apparmor"],
                ["apparmor_parser", "error"],
            ], from: [.dockerd],
            cause: "AppArmor is on, but its profile cannot be loaded from inside this container",
            cure: "mount securityfs at /sys/kernel/security, set `container=docker`, or run unconfined",
            check: "apparmor", reference: "moby#36952"),
        KnownFailure(
            [
                ["error setting limit", "operation not permitted"],
                ["error setting limit", "invalid argument"], ["error setting rlimit"],
            ],
            cause: "limits cannot be raised: CAP_SYS_RESOURCE is missing, or the hard limit is lower",
            cure: "inherit the limits: leave out `--ulimit` and `--default-ulimit`",
            check: "cap-sys-resource", reference: "sysbox#702"),
        KnownFailure(
            [["session key", "disk quota exceeded"]],
            cause: "the host's quota of kernel keys is used up",
            cure: "raise kernel.keys.maxkeys and kernel.keys.maxbytes on the host",
            check: "kernel-keys", reference: "kind#3806"),
        KnownFailure(
            [
                ["failed to create new os thread"], ["pthread_create failed"],
                ["fork/exec", "resource temporarily unavailable"],
            ],
            cause: "the limit of processes is reached",
            cure: "raise the container's pids limit",
            check: "pids", reference: "skypilot#3412", isRoot: true),
        KnownFailure(
            [["resource temporarily unavailable"]],
            cause: "the limit of processes is reached",
            cure: "raise the container's pids limit",
            check: "pids", reference: "skypilot#3412"),
        KnownFailure(
            [
                ["are you root?"], ["needs to be started with root privileges"],
                ["mount", "operation not permitted"], ["mount", "permission denied"],
            ], from: [.dockerd],
            cause: "this container is not privileged",
            cure: "run it privileged (`docker run --privileged`, or `securityContext.privileged: true`)",
            check: "cap-sys-admin", reference: "moby#16931"),
    ]

    private static let daemonStorage = [
        KnownFailure(
            [
                ["overlay", "invalid argument"], ["overlay", "not supported"],
                ["overlayfs: filesystem on", "not supported as upperdir"],
                ["error initializing graphdriver"], ["no supported storage driver"],
                ["driver not supported"],
            ], from: [.dockerd],
            cause: "the storage driver does not work on the file system of the data root, as overlay2 does "
                + "not on an overlay",
            cure: "put an emptyDir, volume or PVC at the data root (/var/lib/docker)",
            check: "overlay", reference: "docker/for-linux#1400"),
        KnownFailure(
            [["no space left on device"], ["low on resource: ephemeral-storage"]],
            cause: "the disk, or the volume at the data root, is full (cgroup and inotify limits read alike)",
            cure:
                "free space (`docker system prune`), raise the volume's sizeLimit, or use a PVC; a node needs some 3 GB",
            check: "disk-space", reference: "helm/charts#9873"),
        KnownFailure(
            [["read-only file system"]], from: [.dockerd],
            cause: "the data root, or the daemon's directory below /var/run, cannot be written",
            cure: "mount a writable volume there, or choose another place with `--data-root`",
            check: "data-root",
            reference: "https://docs.docker.com/engine/daemon/#configure-the-data-directory-location"),
    ]

    private static let daemonNetwork = [
        KnownFailure(
            [["can't initialize ip6tables table"], ["ip6tables", "failed"]], from: [.dockerd],
            cause: "Docker 27 and newer use ip6tables, which this kernel lacks",
            cure: "load ip6table_nat on the host, or start the daemon with `--ip6tables=false`",
            check: "ip6tables-nat", reference: "moby#47895"),
        KnownFailure(
            [
                ["can't initialize iptables table"], ["table_add failed"], ["iptables", "failed"],
                ["iptables not found"],
            ], from: [.dockerd],
            cause:
                "iptables does not work: the wrong backend (legacy or nft), a missing kernel module, or no "
                + "NET_ADMIN",
            cure: "use the backend whose `iptables -t nat -nL` works; mount the host's /lib/modules",
            check: "iptables-nat", reference: "docker-library/docker#350"),
        KnownFailure(
            [["without the userland proxy"]], from: [.dockerd],
            cause: "the kernel module br_netfilter is missing",
            cure: "load it on the host, or set DOCKER_IGNORE_BR_NETFILTER_ERROR=1",
            check: "bridge-netfilter",
            reference: "https://docs.docker.com/engine/network/packet-filtering-firewalls/"),
        KnownFailure(
            [["non-overlapping ipv4 address pool"], ["non-overlapping", "address pool"]], from: [.dockerd],
            cause: "no address range is left that overlaps no route of this container",
            cure: "name free ranges with `--bip` and `--default-address-pool`",
            check: "address-overlap", reference: "https://docs.docker.com/reference/cli/dockerd/"),
    ]

    private static let daemonSettings = [
        KnownFailure(
            [
                ["unknown flag"], ["unknown shorthand flag"], ["invalid argument", "for \"--"],
                ["don't match any configuration option"], ["unable to configure the docker daemon"],
                ["invalid cidr address"],
            ], from: [.dockerd],
            cause: "the daemon does not accept one of its settings",
            cure: "correct it in the arguments given to the daemon, or in /etc/docker/daemon.json",
            reference: "https://docs.docker.com/reference/cli/dockerd/")
    ]
}
