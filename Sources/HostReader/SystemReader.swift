internal import HostFacts
internal import Values

/// What else a machine or container can be lacking.
extension FactsReader {
    func conntrack() -> ConntrackFacts? {
        let directory = "/proc/sys/net/netfilter/"
        guard let count = Int(line(directory + "nf_conntrack_count")),
            let limit = Int(line(directory + "nf_conntrack_max"))
        else { return nil }
        return ConntrackFacts(
            count: count, limit: limit, isWritable: calls.writeFailure(directory + "nf_conntrack_max") == nil)
    }

    /// PID 1, where that is somebody else.
    func initProcess() -> InitFacts? {
        let isOurselves = text("/proc/self/status").split(separator: "\n").contains("Pid:\t1")
        return isOurselves ? nil : InitFacts.parse(text("/proc/1/status"))
    }

    func identity() -> IdentityFacts {
        IdentityFacts(
            machineID: IdentityFacts.machineID(text("/etc/machine-id")),
            hasProductUUID: exists("/sys/class/dmi/id/product_uuid"))
    }

    func confinement() -> ConfinementFacts {
        var facts = ConfinementFacts.parse(
            attribute: text("/proc/self/attr/current"), status: text("/proc/self/status"))
        facts.refusesKeyrings = calls.refusesKeyrings()
        return facts
    }

    func proxyFacts(_ variables: [String]) -> [ProxyFacts] {
        variables.compactMap { name in
            environment[name].map { value in
                ProxyFacts(
                    variable: name,
                    // A URL that cannot be read may have a password in it all the same.
                    host: name.uppercased() == "NO_PROXY"
                        ? value : (try? ProxySettings(url: value))?.host ?? "")
            }
        }
    }

    func listeningPorts() -> [Int] {
        let ports = ["/proc/net/tcp", "/proc/net/tcp6"].map { ListeningPorts.parse(text($0)) }
        return Set(ports.joined()).sorted()
    }

    func clusterPrograms() -> [String: String] {
        var programs: [String: String] = [:]
        for name in ["kind", "kubectl", "docker", "containerd", "kubelet", "kubeadm", "runc"] {
            programs[name] = find(name)
        }
        return programs
    }
}
