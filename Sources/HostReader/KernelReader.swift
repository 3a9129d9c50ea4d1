public import HostFacts

/// What the kernel is and allows.
extension FactsReader {
    private static let settings = [
        "fs.inotify.max_user_instances", "fs.inotify.max_user_watches", "fs.nr_open", "kernel.pid_max",
        "kernel.keys.maxkeys", "net.ipv4.ip_forward", "net.ipv6.conf.all.disable_ipv6",
        "net.ipv6.conf.all.forwarding", "net.ipv6.conf.default.forwarding",
        "net.netfilter.nf_conntrack_max", "vm.overcommit_memory",
    ]

    /// More than a cluster of three nodes needs, and few enough to take nothing from others.
    private static let inotifyTrials = 128

    /// The inotify instances, counted now; nil where the kernel does not tell its limit.
    public func inotify() -> InotifyFacts? {
        guard let limit = Int(line("/proc/sys/fs/inotify/max_user_instances")) else { return nil }
        return InotifyFacts(
            limit: limit, visible: calls.inotifyInUse(), free: calls.inotifyLeft(Self.inotifyTrials),
            tried: Self.inotifyTrials)
    }

    private static let devices = ["/dev/kmsg", "/dev/fuse", "/dev/net/tun"]

    func kernel() -> KernelFacts {
        let release = line("/proc/sys/kernel/osrelease")
        var values: [String: String] = [:]
        for name in Self.settings {
            let value = line("/proc/sys/" + String(name.map { $0 == "." ? "/" : $0 }))
            if !value.isEmpty { values[name] = value }
        }
        return KernelFacts(
            release: release,
            modules: KernelFacts.parseModules(text("/proc/modules")),
            hasModuleDirectory: exists("/lib/modules/\(release)"),
            fileSystems: KernelFacts.parseFileSystems(text("/proc/filesystems")),
            appArmorEnabled: line("/sys/module/apparmor/parameters/enabled") == "Y",
            settings: values,
            devices: Self.devices.filter(exists)
        )
    }
}
