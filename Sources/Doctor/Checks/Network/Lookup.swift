internal import HostFacts

extension Check {
    static let lookup = Check(
        "dns-answers", "The DNS servers answer", area: .network,
        why:
            "Every lookup waits five seconds for a server that does not answer, which breaks more than it looks like.",
        explanation: """
            A question to each server of `/etc/resolv.conf` by UDP, waited for two seconds. That there is no such name is an \
            answer. One server of several that is silent is a warning; with all of them silent it is one too, as clusters \
            work without DNS outside.
            """,
        cure: "correct the resolver of the host, or name another server: kinkajou dind --dns ADDRESS",
        isSlow: true
    ) { facts in
        guard let probes = facts.probes, !probes.nameServers.isEmpty else {
            return [.ok("no server to ask", from: "/etc/resolv.conf")]
        }
        return probes.nameServers.map { probe in
            let source = "a question to \(probe.server), UDP port 53"
            guard let milliseconds = probe.milliseconds else {
                return .warning("\(probe.server): \(probe.failure ?? "no answer")", from: source)
            }
            let found = "\(probe.server) answers after \(milliseconds.inTenths) ms"
            return milliseconds >= 1000 ? .warning(found, from: source) : .ok(found, from: source)
        }
    }
}
