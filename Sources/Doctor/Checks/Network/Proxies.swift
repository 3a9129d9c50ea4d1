internal import HostFacts

extension Check {
    static let proxies = Check(
        "proxies", "Proxies can be reached by nested containers", area: .network,
        why:
            "The engine and the nodes inherit the proxy; one on a loopback address is another one there, or none.",
        explanation: """
            `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, also in lower case. dockerd gets them, and kind hands them on to the \
            nodes, with the cluster's own networks in NO_PROXY.
            """,
        cure: "give the proxy an address that nested containers reach, such as that of eth0",
        references: ["kind known issues"]
    ) { facts in
        let source = "HTTP_PROXY, HTTPS_PROXY"
        let proxies = facts.host.proxies.filter { $0.variable.uppercased() != "NO_PROXY" }
        guard !proxies.isEmpty else { return [.ok("none", from: source)] }
        let unreadable = proxies.filter(\.host.isEmpty)
        guard unreadable.isEmpty else {
            return unreadable.map {
                .warning(
                    "\($0.variable) is no URL of a proxy", from: source,
                    cure: "write it as http://HOST:PORT")
            }
        }
        let local = proxies.filter(\.isLoopback)
        guard local.isEmpty else {
            return [
                .warning(
                    local.map { "\($0.variable) leads to \($0.host)" }.joined(separator: ", ")
                        + ", which only this container reaches", from: source)
            ]
        }
        return [
            .info(proxies.map { "\($0.variable) leads to \($0.host)" }.joined(separator: ", "), from: source)
        ]
    }
}
