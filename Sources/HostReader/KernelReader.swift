internal import HostFacts
internal import Linux

/// Reads what the kernel is and allows.
enum KernelReader {
    private static let settings = [
        "fs.inotify.max_user_instances", "fs.inotify.max_user_watches", "fs.nr_open", "kernel.pid_max",
        "kernel.keys.maxkeys", "net.ipv4.ip_forward", "net.ipv6.conf.all.disable_ipv6",
        "net.ipv6.conf.all.forwarding", "net.ipv6.conf.default.forwarding",
        "net.netfilter.nf_conntrack_max", "vm.overcommit_memory",
    ]

    private static let devices = ["/dev/kmsg", "/dev/fuse", "/dev/net/tun"]

    static func read() -> KernelFacts {
        let release = FactsReader.line("/proc/sys/kernel/osrelease")
        var values: [String: String] = [:]
        for name in settings {
            let path = "/proc/sys/" + String(name.map { $0 == "." ? "/" : $0 })
            let value = FactsReader.line(path)
            if !value.isEmpty { values[name] = value }
        }
        return KernelFacts(
            release: release,
            modules: KernelFacts.parseModules(FactsReader.text("/proc/modules")),
            hasModuleDirectory: Files.exists("/lib/modules/\(release)"),
            fileSystems: KernelFacts.parseFileSystems(FactsReader.text("/proc/filesystems")),
            appArmorEnabled: FactsReader.line("/sys/module/apparmor/parameters/enabled") == "Y",
            settings: values,
            devices: devices.filter { Files.exists($0) }
        )
    }
}
