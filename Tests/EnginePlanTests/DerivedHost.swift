import HostFacts

/// Hosts that could not be recorded: recordings with the differences that are known from elsewhere.
struct DerivedHost {
    var name: String
    var base: String
    var change: @Sendable (inout HostFacts) -> Void

    init(_ name: String, from base: String, change: @escaping @Sendable (inout HostFacts) -> Void) {
        self.name = name
        self.base = base
        self.change = change
    }

    func facts() async throws -> HostFacts {
        var facts = try await RecordedHost(base).facts()
        change(&facts)
        return facts
    }

    /// Those of a derived host of that name, or else of a recorded one.
    static func facts(of name: String) async throws -> HostFacts {
        guard let derived = all.first(where: { $0.name == name }) else {
            return try await RecordedHost(name).facts()
        }
        return try await derived.facts()
    }

    static let all: [DerivedHost] = pods + networks + packetFilters + storages + privileges + cgroups

    private static let pods = [
        // containerd gives a privileged Pod the host's cgroup namespace; kubeadm's usual networks.
        DerivedHost("pod-kubeadm-v2", from: "v2-privileged-host") { facts in
            facts.inPod(address: "10.244.1.7/24", mtu: 1450, service: "10.96.0.1", dns: "10.96.0.10")
            let own =
                "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0b1c2d3e.slice/cri-containerd-4f5a6b.scope"
            facts.cgroups.membership[0].path = own
        },
        // The runtime's bind mounts of the own cgroup, per controller, and a Service network outside of
        // RFC 1918.
        DerivedHost("pod-gke-v1", from: "hybrid-privileged-host") { facts in
            facts.inPod(address: "10.8.2.14/24", mtu: 1460, service: "34.118.224.1", dns: "34.118.224.10")
            facts.moveVersion1(to: "/kubepods/burstable/pod7c1d/9a8b7c")
            facts.process.effective = .full(upTo: 40)
            facts.process.bounding = .full(upTo: 40)
        },
        // An address without a network, a route over the link, and Services where Docker's pools are.
        DerivedHost("pod-eks-v2", from: "v2-privileged-host") { facts in
            facts.inPod(address: "172.31.7.19/32", mtu: 9001, service: "172.20.0.1", dns: "172.20.0.10")
            facts.network.routes.append(
                Route(destination: IPv4Network(address: 0xa9fe_0101, prefixLength: 32), interface: "eth0"))
        },
    ]

    private static let networks = [
        // A user-defined network of Docker has a resolver of its own on a loopback address.
        DerivedHost("docker-user-network", from: "v2-privileged-private") { facts in
            facts.network.setAddress("172.18.0.2/16")
            facts.network.resolver = ResolverConfiguration(
                text: "nameserver 127.0.0.11\nsearch example.org\noptions edns0 trust-ad ndots:0\n")
        },
        DerivedHost("docker-default-network", from: "v2-privileged-private") { facts in
            facts.network.setAddress("172.17.0.2/16")
        },
    ]

    private static let packetFilters = [
        DerivedHost("iptables-without-nft", from: "v2-privileged-private") { facts in
            let reason =
                "iptables v1.8.11 (nf_tables): Could not fetch rule set generation id: Invalid argument"
            facts.packetFilter.nft.failures[.masquerade] = reason
            facts.packetFilter.nftIPv6.failures[.masquerade] = reason
        },
        DerivedHost("iptables-without-legacy", from: "v2-privileged-private") { facts in
            let reason =
                "iptables v1.8.11 (legacy): can't initialize iptables table `nat': Table does not exist"
            facts.packetFilter.legacy.failures[.masquerade] = reason
            facts.packetFilter.legacyIPv6.failures[.masquerade] = reason
        },
        DerivedHost("iptables-with-neither", from: "v2-privileged-private") { facts in
            facts.packetFilter.nft.failures[.masquerade] =
                "Could not fetch rule set generation id: Invalid argument"
            facts.packetFilter.legacy.failures[.masquerade] =
                "can't initialize iptables table `nat': Table does not exist"
        },
        DerivedHost("iptables-rules-in-legacy", from: "v2-privileged-private") { facts in
            facts.packetFilter.legacy.ruleCount = 12
        },
        DerivedHost("docker28-without-br-netfilter-and-ip6-nat", from: "v2-privileged-private") { facts in
            facts.engine.version = EngineVersion(major: 28, minor: 2)
            facts.network.hasBridgeNetfilter = false
            facts.packetFilter.nftIPv6.failures[.masquerade] =
                "ip6tables v1.8.11 (nf_tables): TABLE_ADD failed (Operation not supported): table nat"
        },
    ]

    private static let storages = [
        DerivedHost("data-root-on-overlay", from: "v2-privileged-private") { facts in
            facts.storage.fileSystem = "overlay"
        },
        DerivedHost("data-root-on-overlay-with-fuse", from: "v2-privileged-private") { facts in
            facts.storage.fileSystem = "overlay"
            facts.engine.fuseOverlay = "/usr/bin/fuse-overlayfs"
        },
        DerivedHost("disk-full", from: "v2-privileged-private") { facts in
            facts.storage.freeBytes = 12 << 20
        },
        DerivedHost("no-inodes", from: "v2-privileged-private") { facts in
            facts.storage.freeInodes = 3
        },
        DerivedHost("data-root-read-only", from: "v2-privileged-private") { facts in
            facts.storage.writeError = "Read-only file system"
        },
    ]

    private static let privileges = [
        DerivedHost("not-root", from: "v2-unprivileged") { facts in
            facts.process.userID = 1000
            facts.process.effective = CapabilitySet(bits: 0)
        },
        DerivedHost("without-sys-admin", from: "v2-privileged-private") { facts in
            facts.process.effective.bits &= ~(1 << UInt64(Capability.sysAdmin.rawValue))
            let reason = "unshare: unshare failed: Operation not permitted"
            facts.packetFilter.legacy.failures[.masquerade] = reason
            facts.packetFilter.nft.failures[.masquerade] = reason
        },
        DerivedHost("without-net-admin", from: "v2-privileged-private") { facts in
            facts.process.effective.bits &= ~(1 << UInt64(Capability.netAdmin.rawValue))
            facts.packetFilter.legacy.failures[.masquerade] = "Permission denied (you must be root)"
            facts.packetFilter.nft.failures[.masquerade] = "Permission denied (you must be root)"
        },
        DerivedHost("without-dockerd", from: "v2-privileged-private") { facts in
            facts.engine = EngineFacts(daemon: nil, version: nil, runtime: nil, wrapper: nil)
        },
        DerivedHost("with-live-socket", from: "v2-privileged-private") { facts in
            facts.engine.socketAnswers = true
        },
        DerivedHost("after-a-killed-engine", from: "v2-privileged-private") { facts in
            facts.engine.staleFiles = ["/var/run/docker.pid", "/var/run/docker.sock"]
        },
    ]

    private static let cgroups = [
        DerivedHost("v2-read-only", from: "v2-privileged-private") { facts in
            facts.remountCgroups(with: "ro")
        },
        DerivedHost("v1-read-only", from: "hybrid-privileged-host") { facts in
            facts.remountCgroups(with: "ro")
        },
        // The host's hierarchies, mounted into a container with a namespace of its own.
        DerivedHost("v1-private-with-host-cgroupfs", from: "hybrid-privileged-private") { facts in
            for index in facts.mounts.indices where facts.mounts[index].fileSystem == "cgroup" {
                facts.mounts[index].root = "/../.."
            }
        },
        DerivedHost("v1-without-systemd-hierarchy", from: "hybrid-privileged-host") { facts in
            facts.mounts.removeAll { $0.superOptions.contains("name=systemd") }
            facts.cgroups.membership.removeAll { $0.controllers == ["name=systemd"] }
        },
        DerivedHost("without-cgroups", from: "v2-privileged-private") { facts in
            facts.mounts.removeAll { $0.fileSystem.hasPrefix("cgroup") }
        },
    ]
}

extension NetworkFacts {
    /// Gives the one interface another address, with its route.
    mutating func setAddress(_ text: String) {
        guard let address = IPv4Network(text) else { preconditionFailure("not a network: \(text)") }
        interfaces[0].addresses = [address]
        routes = [
            Route(destination: IPv4Network(address: 0, prefixLength: 0), interface: "eth0"),
            Route(destination: address.network, interface: "eth0"),
        ]
    }
}

extension HostFacts {
    /// The network and resolver of a Pod.
    mutating func inPod(address: String, mtu: Int, service: String, dns: String) {
        network.setAddress(address)
        network.interfaces[0].mtu = mtu
        network.serviceHost = service
        network.resolver = ResolverConfiguration(
            text: """
                search default.svc.cluster.local svc.cluster.local cluster.local
                nameserver \(dns)
                options ndots:5
                """)
    }

    /// Another cgroup in every hierarchy of version 1, bound over the mount's root as before.
    mutating func moveVersion1(to path: String) {
        for index in mounts.indices where mounts[index].fileSystem == "cgroup" { mounts[index].root = path }
        for index in cgroups.membership.indices { cgroups.membership[index].path = path }
    }

    /// Changes `rw` of the cgroup mounts.
    mutating func remountCgroups(with option: String) {
        for index in mounts.indices where mounts[index].fileSystem.hasPrefix("cgroup") {
            mounts[index].options = mounts[index].options.map { $0 == "rw" ? option : $0 }
        }
    }
}
