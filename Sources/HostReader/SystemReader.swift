internal import Glibc
internal import HostFacts
internal import Linux

/// Reads what else a machine or container can be lacking.
enum SystemReader {
    static func conntrack() -> ConntrackFacts? {
        let directory = "/proc/sys/net/netfilter/"
        guard let count = Int(FactsReader.line(directory + "nf_conntrack_count")),
            let limit = Int(FactsReader.line(directory + "nf_conntrack_max"))
        else { return nil }
        return ConntrackFacts(
            count: count, limit: limit, isWritable: access(directory + "nf_conntrack_max", W_OK) == 0)
    }

    /// PID 1, where that is somebody else.
    static func initProcess() -> InitFacts? {
        getpid() == 1 ? nil : InitFacts.parse(FactsReader.text("/proc/1/status"))
    }

    static func keys() -> KeyFacts? {
        KeyFacts.parse(FactsReader.text("/proc/key-users"), userID: Int(geteuid()))
    }

    static func identity() -> IdentityFacts {
        IdentityFacts(
            machineID: IdentityFacts.machineID(FactsReader.text("/etc/machine-id")),
            hasProductUUID: Files.exists("/sys/class/dmi/id/product_uuid"))
    }

    static func clock() -> ClockFacts {
        var facts = ClockFacts(now: SystemClock.now, isSynchronised: SystemClock.isSynchronised)
        for file in ["/proc/self/exe", "/etc/hosts", "/etc/resolv.conf"] {
            var status = stat()
            guard stat(file, &status) == 0, status.st_mtim.tv_sec > facts.newestTime else { continue }
            facts.newestFile = Files.resolved(file) ?? file
            facts.newestTime = Int64(status.st_mtim.tv_sec)
        }
        return facts
    }

    static func confinement() -> ConfinementFacts {
        ConfinementFacts.parse(
            attribute: FactsReader.text("/proc/self/attr/current"),
            status: FactsReader.text("/proc/self/status"))
    }

    static func proxies(_ variables: [String]) -> [ProxyFacts] {
        variables.compactMap { name in
            Environment.value(name).map { value in
                ProxyFacts(
                    variable: name, host: name.uppercased() == "NO_PROXY" ? value : ProxyFacts.host(in: value)
                )
            }
        }
    }

    static func listeningPorts() -> [Int] {
        let ports = ["/proc/net/tcp", "/proc/net/tcp6"].map { ListeningPorts.parse(FactsReader.text($0)) }
        return Set(ports.joined()).sorted()
    }

    static func clusterPrograms() -> [String: String] {
        var programs: [String: String] = [:]
        for name in ["kind", "kubectl", "docker"] { programs[name] = Programs.find(name) }
        return programs
    }
}
