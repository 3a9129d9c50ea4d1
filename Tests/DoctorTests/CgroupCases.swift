import Doctor
import HostFacts

extension HostFacts {
    mutating func makeReadOnly(_ mountPoint: String) {
        for index in mounts.indices where mounts[index].mountPoint == mountPoint {
            mounts[index].options = mounts[index].options.map { $0 == "rw" ? "ro" : $0 }
        }
    }

    /// Version 1 with version 2 beside it.
    mutating func makeHybrid(controllers: [String] = ["cpu", "cpuset", "memory", "pids", "name=systemd"]) {
        mounts.removeAll { $0.fileSystem == "cgroup2" }
        var lines: [String] = []
        var memberships = ["0::/"]
        for (index, name) in controllers.enumerated() {
            lines.append(
                "\(50 + index) 32 0:\(60 + index) / /sys/fs/cgroup/\(name) rw - cgroup cgroup rw,\(name)")
            memberships.append("\(index + 1):\(name):/")
        }
        lines.append("70 32 0:80 / /sys/fs/cgroup/unified rw - cgroup2 cgroup rw")
        mounts += Mount.parse(mountinfo: lines.joined(separator: "\n"))
        cgroups.membership = CgroupMembership.parse(memberships.joined(separator: "\n"))
        cgroups.unified = nil
    }
}

extension CheckCase {
    static let cgroups: [CheckCase] = [
        .here("cgroups-mounted", "none", .error, "no cgroup file system") {
            $0.host.mounts.removeAll { $0.fileSystem == "cgroup2" }
        },
        .here("cgroups-read-only", "which can be changed", .info, "kinkajou dind mounts them writable") {
            $0.host.makeReadOnly("/sys/fs/cgroup")
        },
        .here("cgroups-read-only", "in a user namespace", .error, "read-only") {
            $0.host.process.isInitialUserNamespace = false
            $0.host.makeReadOnly("/sys/fs/cgroup")
        },
        .here("cgroup-namespace", "the host's", .info, "/kubepods/pod1/c") {
            $0.host.cgroups.membership[0].path = "/kubepods/pod1/c"
        },
        .here("host-cgroups", "in a namespace of its own", .info, "/sys/fs/cgroup") { input in
            for index in input.host.mounts.indices where input.host.mounts[index].fileSystem == "cgroup2" {
                input.host.mounts[index].root = "/../.."
            }
        },
        .here("cgroup-controllers", "no memory", .error, "no controller memory") {
            $0.host.cgroups.unified?.controllers = ["cpu", "cpuset", "pids"]
        },
        .here("cgroup-controllers", "no pids", .error, "no controller pids") {
            $0.host.cgroups.unified?.controllers = ["cpu", "cpuset", "memory"]
        },
        .here("cgroup-controllers", "version 1 without cpuset", .error, "cpuset missing") {
            $0.host.makeHybrid(controllers: ["cpu", "memory", "pids", "name=systemd"])
        },
        .here("cgroup-controllers", "for an engine alone", .error, "no controller memory") {
            $0.host.cgroups.unified?.controllers = ["cpu", "cpuset", "pids"]
            $0.purpose = .dind
        },
        .here("cgroup-controllers", "version 1 for an engine alone", .warning, "pids missing") {
            $0.host.makeHybrid(controllers: ["cpu", "cpuset", "memory", "name=systemd"])
            $0.purpose = .dind
        },
        .here("cgroup-type", "threaded", .error, "domain threaded") {
            $0.host.cgroups.unified?.rootType = "domain threaded"
        },
        .here("cgroup-delegation", "nothing handed on", .info, "cpu") {
            $0.host.cgroups.unified?.subtreeControl = []
        },
        .here("cgroup-paths", "memory elsewhere", .warning, "in memory") { input in
            input.host.makeHybrid()
            for index in input.host.cgroups.membership.indices
            where input.host.cgroups.membership[index].controllers == ["memory"] {
                input.host.cgroups.membership[index].path = "/elsewhere"
            }
        },
        .here("cgroup-hybrid", "both versions", .info, "version 2 beside it") { $0.host.makeHybrid() },
        .here("cgroup-hybrid", "no name=systemd", .info, "without name=systemd") {
            $0.host.makeHybrid(controllers: ["cpu", "cpuset", "memory", "pids"])
        },
        .here("cgroup-version", "version 1", .info, "version 1") { $0.host.makeHybrid() },
        .here("cgroup-unknown-controllers", "misc", .info, "misc") {
            $0.host.makeHybrid()
            $0.host.cgroups.enabledControllers.append("misc")
            $0.host.cgroups.membership += CgroupMembership.parse("12:misc:/")
        },
    ]
}
