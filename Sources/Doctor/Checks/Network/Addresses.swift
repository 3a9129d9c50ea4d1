internal import EnginePlan

extension Check {
    static let addresses = Check(
        "address-overlap", "Nested networks hide nothing", area: .network,
        why:
            "A nested network with the addresses of an outer one makes that unreachable: DNS, Services, the registry.",
        explanation: """
            The bridge and the address pools against own addresses, routes, the Pod network around them, the outer cluster's \
            Services and the DNS servers. `kinkajou dind` takes free ones unless told otherwise (`--bip`, `DOCKERD_BIP`).
            """,
        cure:
            "leave --bip and DOCKERD_BIP out, and a free network is chosen; else give free ones with"
            + " --bip and DOCKER_ARGS=--default-address-pool=...",
        references: ["kind known issues"],
        purposes: Purpose.withDocker
    ) { facts in
        let source = "/proc/net/route, getifaddrs(3), /etc/resolv.conf, KUBERNETES_SERVICE_HOST"
        return facts.planned(
            .addresses, from: source,
            otherwise: .ok(
                "bridge \(facts.decision("bridge")?.choice ?? "?"), pools"
                    + " \(facts.decision("address pools")?.choice ?? "none")", from: source))
    }
}
