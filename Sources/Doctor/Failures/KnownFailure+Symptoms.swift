extension KnownFailure {
    /// What people see when a check was not heeded, in the order of the checks.
    static let symptoms: [KnownFailure] = [
        .symptom("root", "needs to be started with root privileges", "are you root?"),
        .symptom("cap-sys-admin", "mount: permission denied", "the container is not privileged"),
        .symptom("cap-net-admin", "cap_net_admin is missing"),
        .symptom(
            "cap-sys-resource", "error setting limit", "error setting rlimit", "can't get final child's pid"),
        .symptom("cap-mknod", "mknod: operation not permitted"),
        .symptom("cap-net-raw", "permission denied (you must be root)"),
        .symptom("capabilities", "unable to apply caps"),
        .symptom("user-namespace", "/sys/fs/cgroup/init': permission denied"),
        .symptom("seccomp", "seccomp: operation not permitted"),
        .symptom("apparmor", "docker-default profile could not be loaded", "apparmor_parser"),
        .symptom("dockerd", "dockerd is not on path"),
        .symptom("oci-runtime", "neither runc nor crun is on path"),
        .symptom(
            "docker-socket", "a docker engine answers on", "docker.sock: is a directory",
            "docker.sock: device or resource busy"),
        .symptom("cluster-programs", "kind is not on path", "kubectl is not on path"),
        .symptom("stale-state", "pid file found", "process with pid"),
        .symptom("image-store", "ctr: content digest"),
        .symptom("cgroups-mounted", "devices cgroup isn't mounted", "cgroup mountpoint does not exist"),
        .symptom("cgroups-read-only", "/sys/fs/cgroup: read-only file system", "mkdir /sys/fs/cgroup"),
        .symptom("cgroup-namespace", "needs /sys/fs/cgroup/cgroup.procs to be empty"),
        .symptom("host-cgroups", "failed to get system container stats"),
        .symptom(
            "cgroup-controllers", "missing cgroups:", "missing required cgroups", "controllers not enabled"),
        .symptom("cgroup-type", "it is in threaded mode", "cannot enter cgroupv2"),
        .symptom(
            "cgroup-delegation", "cgroup.subtree_control: device or resource busy", "structure needs cleaning"
        ),
        .symptom(
            "cgroup-hybrid", "cgroup-root [\"kubelet\"] doesn't exist", "cannot find cgroup mount destination"
        ),
        .symptom("cgroup-version", "kubelet is configured to not run on a host using cgroup v1"),
        .symptom(
            "cgroup-unknown-controllers", "openat2 /sys/fs/cgroup/unified/", "openat2 /sys/fs/cgroup/misc"),
        .symptom("memory", "oomkilled", "out of memory", "exit status 137"),
        .symptom("memory-available", "cannot allocate memory"),
        .symptom("oom-group", "oomkilled"),
        .symptom(
            "processors", "timeout waiting for containerd to start", "could not find a log line that matches"),
        .symptom("cpu-throttling", "etcdserver: request timed out"),
        .symptom("pids", "resource temporarily unavailable", "failed to create new os thread"),
        .symptom("open-files", "rlimit_nofile"),
        .symptom("inotify", "too many open files", "inotify_init", "inotify_add_watch"),
        .symptom("kernel-keys", "session key", "disk quota exceeded"),
        .symptom("swap", "running with swap on is not supported"),
        .symptom("data-root", "read-only file system"),
        .symptom("disk-space", "no space left on device"),
        .symptom("disk-inodes", "no space left on device"),
        .symptom(
            "overlay", "overlay2: invalid argument", "not supported as upperdir",
            "error initializing graphdriver"),
        .symptom("data-root-device", "in cached partitions map"),
        .symptom(
            "ephemeral-storage", "low on resource: ephemeral-storage", "exceeds the total limit of containers"
        ),
        .symptom(
            "shared-mounts", "is not a shared mount", "path / is mounted on / but it is not a shared mount"),
        .symptom("disk-sync", "etcdserver: request timed out", "slow fdatasync", "leader changed"),
        .symptom("shared-network", "another docker engine runs in this network namespace"),
        .symptom("insecure-tcp", "without tls"),
        .symptom("iptables", "iptables not found", "failed to find iptables"),
        .symptom(
            "iptables-nat", "can't initialize iptables table", "table_add failed",
            "could not fetch rule set generation id",
            "extension addrtype revision 0 not supported", "extension masquerade revision 0 not supported"),
        .symptom("ip6tables-nat", "can't initialize ip6tables table"),
        .symptom("bridge-netfilter", "without the userland proxy", "bridge-nf-call-iptables"),
        .symptom("ip-forward", "ip_forward", "ipv4 forwarding is disabled"),
        .symptom("conntrack", "nf_conntrack_max: permission denied", "nf_conntrack: table full"),
        .symptom("default-route", "network is unreachable", "no default routes found"),
        .symptom("mtu", "tls handshake timeout", "net/http: tls handshake timeout"),
        .symptom("address-overlap", "non-overlapping ipv4 address pool", "non-overlapping"),
        .symptom("cluster-subnets", "podsubnet", "servicesubnet"),
        .symptom("ipv6", "disable_ipv6", "cannot assign requested address [::"),
        .symptom("ports", "port is already allocated", "address already in use"),
        .symptom("dns-servers", "no such host", "server misbehaving", "temporary failure in name resolution"),
        .symptom("dns-search", "nxdomain"),
        .symptom("dns-answers", "i/o timeout"),
        .symptom("proxies", "proxyconnect tcp"),
        .symptom("registry", "toomanyrequests", "failed to pull image", "error pulling image"),
        .symptom("kernel-modules", "modprobe: fatal", "modprobe: module", "could not open '/lib/modules"),
        .symptom("dev-kmsg", "open /dev/kmsg"),
        .symptom("machine-id", "failed to get machine id", "nil uuid"),
        .symptom("clock", "certificate has expired or is not yet valid", "x509: certificate has expired"),
        .symptom("pid-1", "stuck in terminating"),
        .symptom("proc-mounts", "unsafe procfs detected"),
        .symptom("sys-read-only", "open /proc/sys", "read-only file system"),
        .symptom("docker-answers", "cannot connect to the docker daemon"),
        .symptom("docker-userns", "privileged mode is incompatible with user namespaces"),
        .symptom("docker-image-store", "ctr: content digest"),
        .symptom("kube-answers", "the connection to the server"),
        .symptom("kube-namespace", "namespaces \""),
        .symptom("kube-permissions", "is forbidden: user", "cannot create resource"),
        .symptom("kube-pod-security", "violates podsecurity"),
        .symptom("kube-pod-security-policy", "unable to validate against any pod security policy"),
        .symptom("kube-quota", "exceeded quota", "failed quota"),
        .symptom(
            "kube-limit-range", "maximum memory usage per", "maximum cpu usage per", "minimum cpu usage per"),
        .symptom("kube-admission", "admission webhook", "violates podsecurity"),
        .symptom("kube-nodes", "0/1 nodes are available", "nodes are available:"),
        .symptom(
            "kube-node-resources", "insufficient memory", "insufficient cpu", "insufficient ephemeral-storage"
        ),
        .symptom("kube-node-pressure", "the node was low on resource", "evicted"),
        .symptom("kube-node-architecture", "exec format error"),
        .symptom("kube-probe", "violates podsecurity"),
    ]
}
