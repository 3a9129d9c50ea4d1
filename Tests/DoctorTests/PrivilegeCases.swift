import Doctor
import EnginePlan
import HostFacts
import Values

extension HostFacts {
    mutating func drop(_ capability: Capability) {
        let mask = ~(UInt64(1) << UInt64(capability.rawValue))
        process.effective.bits &= mask
        process.bounding.bits &= mask
    }

    /// One that has what an engine needs.
    mutating func enterUserNamespace() {
        process.isInitialUserNamespace = false
        userNamespace = UserNamespaceFacts(userCount: 65536)
    }
}

extension CheckCase {
    static let privileges: [CheckCase] = [
        .here("root", "another user", .error, "user 1000") { $0.host.process.userID = 1000 },
        .here("cap-sys-admin", "not privileged", .error, "CAP_SYS_ADMIN") { $0.host.drop(.sysAdmin) },
        .here("cap-sys-admin", "neither root nor privileged", .error, "CAP_SYS_ADMIN") {
            $0.host.process.userID = 1000
            $0.host.drop(.sysAdmin)
        },
        .here("cap-net-admin", "dropped", .error, "CAP_NET_ADMIN") { $0.host.drop(.netAdmin) },
        .here("cap-net-admin", "dropped with the other", .error, "CAP_NET_ADMIN") {
            $0.host.drop(.sysAdmin)
            $0.host.drop(.netAdmin)
        },
        .here("cap-sys-resource", "with the wrapper", .info, "clamps") { $0.host.drop(.sysResource) },
        .here("cap-sys-resource", "without the wrapper", .error, "kinkajou-oci is not installed") {
            $0.host.drop(.sysResource)
            $0.host.engine.wrapper = nil
        },
        .here("cap-mknod", "dropped", .warning, "CAP_MKNOD") { $0.host.drop(.mknod) },
        .here("cap-net-raw", "dropped", .warning, "CAP_NET_RAW") { $0.host.drop(.netRaw) },
        .here("capabilities", "with the wrapper", .info, "CAP_MKNOD cannot be granted") {
            $0.host.drop(.mknod)
        },
        .here("capabilities", "without the wrapper", .error, "not installed") {
            $0.host.drop(.mknod)
            $0.host.engine.wrapper = nil
        },
        .here("user-namespace", "with all that is needed", .info, "65536 users, with what an engine needs") {
            $0.host.enterUserNamespace()
        },
        .here(
            "user-namespace", "a cgroup that was not handed over", .error, "cgroup.procs: Permission denied"
        ) {
            $0.host.enterUserNamespace()
            $0.host.userNamespace?.cgroupFailure = "/sys/fs/cgroup/cgroup.procs: Permission denied"
        },
        .here("user-namespace", "parts of /proc covered", .error, "permission denied") {
            $0.host.enterUserNamespace()
            $0.host.userNamespace?.failures[.proc] = "mount: /proc: permission denied."
        },
        .here("user-namespace", "few users", .warning, "1000 of the user IDs") {
            $0.host.enterUserNamespace()
            $0.host.userNamespace?.userCount = 1000
        },
        .here("seccomp", "a filter", .warning, "filter") { $0.host.process.seccompMode = 2 },
        .here("seccomp", "a filter without keyrings", .error, "refuses keyctl") {
            $0.host.process.seccompMode = 2
            $0.host.confinement.refusesKeyrings = true
        },
        .here("apparmor", "a profile", .error, "docker-default") {
            $0.host.confinement.label = "docker-default (enforce)"
        },
        .here("apparmor", "on, unconfined", .info, "not confined") {
            $0.host.kernel.appArmorEnabled = true
            $0.host.confinement.label = "unconfined"
        },
        .here("no-new-privileges", "set", .warning, "set") { $0.host.confinement.noNewPrivileges = true },
    ]

    static let programs: [CheckCase] = [
        .here("dockerd", "missing", .error, "not on PATH") { $0.host.engine.daemon = nil },
        .here("dockerd", "too old", .error, "19.3") {
            $0.host.engine.version = EngineVersion(major: 19, minor: 3)
        },
        .here("oci-runtime", "missing", .error, "neither runc nor crun") { $0.host.engine.runtime = nil },
        .here("oci-runtime", "crun on a hybrid host", .error, "crun") {
            $0.host.makeHybrid()
            $0.host.engine.runtime = "/usr/bin/crun"
        },
        .here("docker-socket", "the host's", .error, "answers") { $0.host.engine.socketAnswers = true },
        .here("docker-socket", "a mount that nobody answers on", .error, "a mount of /srv/sock of /dev/vda1")
        {
            $0.host.mounts += Mount.parse(
                mountinfo: "9 1 0:1 /srv/sock /run/docker.sock rw - ext4 /dev/vda1 rw")
        },
        .here("docker-socket", "a directory", .error, "docker.sock is a directory") {
            $0.host.engine.socketIsDirectory = true
        },
        .here("cluster-programs", "no kind", .error, "kind not found") {
            $0.host.clusterPrograms["kind"] = nil
        },
        .here("node-programs", "one is missing", .error, "kubeadm not found") {
            $0.purpose = .node
            $0.host.clusterPrograms["kubeadm"] = nil
        },
        .here("node-programs", "another image", .info, "no node image") {
            $0.purpose = .node
            for name in ["kubelet", "kubeadm"] { $0.host.clusterPrograms[name] = nil }
        },
        .here("overlay", "a node without a volume", .error, "cannot be stacked") {
            $0.purpose = .node
            $0.host.storage.fileSystem = "overlay"
        },
        .here("stale-state", "a pid file", .info, "docker.pid") {
            $0.host.engine.staleFiles = ["/var/run/docker.pid"]
        },
        .here("image-store", "Docker 29", .info, "containerd's store") {
            $0.host.engine.version = EngineVersion(major: 29, minor: 0)
        },
        .here("image-store", "asked for", .info, "containerd's store") {
            $0.settings.daemonFile = ["features": ["containerd-snapshotter": true]]
        },
    ]
}
