import Doctor
import Testing

/// A real container that something is wrong with.
struct Condition: Sendable, CustomTestStringConvertible {
    /// The check that has to name it.
    var check: String
    var severity: Severity
    /// A part of what is found.
    var says: String
    /// For `docker run`.
    var flags = ["--privileged"]
    /// What makes the condition, in the container.
    var script = "true"
    /// For `kinkajou doctor`. The slow checks are left out where they are not the matter.
    var arguments = "--preflight"
    /// A seccomp profile, for `docker run`.
    var seccompProfile: String?
    /// Whether it can only be made on cgroup version 1.
    var needsVersion1 = false

    var testDescription: String { "\(check): \(says)" }

    static let all = privileges + programs + cgroups + resources + storage + network + system

    /// Goes on without a capability.
    private static func without(_ capability: String) -> String {
        "exec setpriv --bounding-set -\(capability) --inh-caps -\(capability) sh -c"
            + " 'exec kinkajou doctor --output json --preflight'"
    }

    private static let privileges = [
        Condition(
            check: "root", severity: .error, says: "user 1000", flags: ["--privileged", "--user", "1000"]),
        Condition(check: "cap-sys-admin", severity: .error, says: "CAP_SYS_ADMIN", flags: []),
        Condition(
            check: "cap-net-admin", severity: .error, says: "CAP_NET_ADMIN", flags: ["--cap-add=SYS_ADMIN"]),
        Condition(check: "cap-mknod", severity: .warning, says: "CAP_MKNOD", script: without("mknod")),
        Condition(check: "cap-net-raw", severity: .warning, says: "CAP_NET_RAW", script: without("net_raw")),
        Condition(
            check: "capabilities", severity: .error, says: "CAP_AUDIT_READ",
            script: "rm /usr/local/bin/kinkajou-oci && " + without("audit_read")),
        Condition(check: "seccomp", severity: .error, says: "keyctl", flags: ["--cap-add=SYS_ADMIN"]),
        Condition(
            check: "seccomp", severity: .warning, says: "a filter is active", flags: ["--cap-add=SYS_ADMIN"],
            seccompProfile:
                #"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["reboot"], "action": "SCMP_ACT_ERRNO"}]}"#
        ),
        Condition(
            check: "no-new-privileges", severity: .warning, says: "set",
            flags: ["--privileged", "--security-opt", "no-new-privileges"]),
        Condition(
            check: "user-namespace", severity: .warning, says: "only 1 of the user IDs",
            script: "exec unshare --user --map-root-user kinkajou doctor --output json --preflight"),
    ]

    private static let programs = [
        Condition(check: "dockerd", severity: .error, says: "not on PATH", script: "rm /usr/sbin/dockerd"),
        Condition(
            check: "oci-runtime", severity: .error, says: "neither runc nor crun",
            script: "rm -f /usr/*bin/runc"),
        Condition(
            check: "docker-socket", severity: .error, says: "answers",
            flags: ["--privileged", "-v", "/var/run/docker.sock:/var/run/docker.sock"]),
        Condition(check: "cluster-programs", severity: .error, says: "kind", script: "rm $(command -v kind)"),
        Condition(
            check: "stale-state", severity: .info, says: "docker.pid",
            script: "mkdir -p /var/run && echo 99999 >/var/run/docker.pid"),
        Condition(
            check: "image-store", severity: .info, says: "containerd",
            script: "mkdir -p /etc/docker && echo '{\"features\": {\"containerd-snapshotter\": true}}'"
                + " >/etc/docker/daemon.json"),
    ]

    private static let cgroups = [
        Condition(
            check: "cgroups-mounted", severity: .error, says: "no cgroup file system",
            script: "umount -R /sys/fs/cgroup"),
        Condition(check: "cgroups-read-only", severity: .error, says: "read-only", flags: []),
        Condition(
            check: "cgroups-read-only", severity: .info, says: "mounts them writable",
            flags: ["--privileged"],
            script: "for d in $(findmnt -rno TARGET -t cgroup,cgroup2); do mount -o remount,bind,ro $d; done"),
        Condition(
            check: "cgroup-namespace", severity: .info, says: "the own cgroup is /",
            flags: ["--privileged", "--cgroupns=host"]),
        Condition(
            check: "host-cgroups", severity: .info, says: "/sys/fs/cgroup",
            flags: ["--privileged", "-v", "/sys/fs/cgroup:/sys/fs/cgroup"]),
        Condition(
            check: "cgroup-controllers", severity: .error, says: "cpuset missing",
            script: "umount /sys/fs/cgroup/cpuset", needsVersion1: true),
        Condition(
            check: "cgroup-paths", severity: .warning, says: "in memory",
            script: "mkdir /sys/fs/cgroup/memory/sub && echo $$ >/sys/fs/cgroup/memory/sub/cgroup.procs",
            needsVersion1: true),
    ]

    private static let resources = [
        Condition(
            check: "memory", severity: .warning, says: "1.0 GiB", flags: ["--privileged", "--memory", "1g"]),
        Condition(
            check: "memory", severity: .error, says: "256 MiB", flags: ["--privileged", "--memory", "256m"]),
        Condition(
            check: "processors", severity: .warning, says: "0.5 processors",
            flags: ["--privileged", "--cpus", "0.5"]),
        Condition(
            check: "pids", severity: .warning, says: "of 300", flags: ["--privileged", "--pids-limit", "300"]),
        Condition(
            check: "open-files", severity: .warning, says: "1024",
            flags: ["--privileged", "--ulimit", "nofile=1024:1024"]),
        // The limit itself is the machine's: another file is shown over it, in this container alone.
        Condition(
            check: "inotify", severity: .warning, says: "max_user_instances is 64",
            script: "echo 64 >/low && mount --bind /low /proc/sys/fs/inotify/max_user_instances"),
    ]

    private static let storage = [
        Condition(
            check: "data-root", severity: .error, says: "Read-only file system",
            flags: ["--privileged", "--tmpfs", "/readonly:ro"], arguments: "--preflight --data-root /readonly"
        ),
        Condition(
            check: "disk-space", severity: .error, says: "MiB free",
            flags: ["--privileged", "--tmpfs", "/full:size=1m"],
            arguments: "--preflight --data-root /full"),
        Condition(
            check: "disk-space", severity: .warning, says: "2.0 GiB free",
            flags: ["--privileged", "--tmpfs", "/small:size=2g"], arguments: "--preflight --data-root /small"),
        Condition(
            check: "disk-inodes", severity: .error, says: "of 500",
            flags: ["--privileged", "--tmpfs", "/few:size=8g,nr_inodes=500"],
            arguments: "--preflight --data-root /few"),
        Condition(
            check: "overlay", severity: .warning, says: "vfs",
            arguments: "--preflight --data-root /srv/docker"),
        Condition(
            check: "ephemeral-storage", severity: .warning, says: "of the node's disk are free",
            flags: ["--privileged", "-e", "KUBERNETES_SERVICE_HOST=10.96.0.1", "--tmpfs", "/node:size=64m"],
            script: "dd if=/dev/zero of=/node/big bs=1M count=62 2>/dev/null",
            arguments: "--preflight --data-root /node"),
    ]

    private static let network = [
        Condition(
            check: "iptables", severity: .error, says: "not installed", script: "rm /usr/sbin/*tables*"),
        Condition(
            check: "iptables-nat", severity: .error, says: "asked for",
            flags: ["--privileged", "-e", "DOCKER_IPTABLES_LEGACY=1"],
            script:
                "for program in /usr/sbin/iptables-legacy /usr/sbin/iptables-legacy-restore; do rm $program"
                + " && printf '#!/bin/sh\\necho no such table >&2\\nexit 3\\n' >$program && chmod +x $program; done"
        ),
        Condition(
            check: "iptables-backends", severity: .info, says: "1 rules in legacy and 1 in nft",
            script:
                "iptables-legacy -t nat -A POSTROUTING -j ACCEPT && iptables-nft -t nat -A POSTROUTING -j ACCEPT"
        ),
        Condition(
            check: "ip-forward", severity: .error, says: "read-only",
            flags: ["--privileged", "--sysctl", "net.ipv4.ip_forward=0"],
            script: "mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys"),
        Condition(
            check: "mtu", severity: .warning, says: "eth0 has 1200", script: "ip link set eth0 mtu 1200"),
        Condition(check: "mtu", severity: .error, says: "eth0 has 500", script: "ip link set eth0 mtu 500"),
        Condition(
            check: "mtu", severity: .warning, says: "9000 is larger",
            flags: ["--privileged", "-e", "DOCKERD_MTU=9000"]),
        Condition(
            check: "address-overlap", severity: .warning, says: "overlaps",
            script: "export DOCKERD_BIP=$(ip -4 -o addr show eth0 | awk '{ print $4 }')"),
        Condition(
            check: "cluster-subnets", severity: .info, says: "10.245.0.0/16",
            script: "ip route add 10.245.3.0/24 dev eth0"),
        Condition(
            check: "default-route", severity: .warning, says: "no default route",
            flags: ["--privileged", "--network", "none"]),
        Condition(
            check: "dns-servers", severity: .warning, says: "127.0.0.1",
            script: "echo nameserver 127.0.0.1 >/etc/resolv.conf"),
        Condition(
            check: "dns-answers", severity: .warning, says: "refused",
            script: "echo nameserver 127.0.0.1 >/etc/resolv.conf", arguments: "--check dns-answers"),
        Condition(
            check: "dns-search", severity: .info, says: "ndots:5",
            flags: ["--privileged", "--dns-search", "svc.cluster.local", "--dns-option", "ndots:5"]),
        Condition(
            check: "proxies", severity: .warning, says: "127.0.0.1",
            flags: ["--privileged", "-e", "HTTPS_PROXY=http://user:hunter2@127.0.0.1:3128"]),
        Condition(
            check: "registry", severity: .warning, says: "refused",
            arguments: "--check registry --registry-mirror http://127.0.0.1:9"),
        Condition(
            check: "ports", severity: .error, says: "30001",
            script:
                "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => 30001, Listen => 1) or die;"
                + " fork and exit; close STDOUT; close STDERR; sleep 30'"),
        Condition(
            check: "ipv6", severity: .info, says: "off",
            flags: ["--privileged", "--sysctl", "net.ipv6.conf.all.disable_ipv6=1"]),
    ]

    private static let system = [
        // The shell stays PID 1.
        Condition(
            check: "pid-1", severity: .warning, says: "PID 1 (sh)",
            script: "kinkajou doctor --output json --preflight; exit $?"),
        Condition(check: "dev-kmsg", severity: .error, says: "missing", script: "rm /dev/kmsg"),
        Condition(
            check: "machine-id", severity: .warning, says: "hexadecimal",
            script: "echo nonsense >/etc/machine-id"),
        Condition(
            check: "clock", severity: .error, says: "in the future", script: "touch -d '+1 day' /etc/hosts"),
        Condition(check: "proc-mounts", severity: .warning, says: "/proc/", flags: []),
        Condition(check: "sys-read-only", severity: .warning, says: "read-only", flags: []),
    ]
}
