import Doctor
import EnginePlan
import HostFacts

extension CheckCase {
    static let network: [CheckCase] = [
        .here("iptables", "not installed", .error, "not installed") {
            $0.host.packetFilter.nft.command = nil
            $0.host.packetFilter.legacy.command = nil
        },
        .here("iptables-nat", "neither works", .error, "no iptables backend") {
            $0.host.packetFilter.nft.failures[.masquerade] = "Could not fetch rule set generation id"
            $0.host.packetFilter.legacy.failures[.masquerade] = "Table does not exist"
        },
        .here("iptables-nat", "the wrong one is asked for", .error, "which was asked for") {
            $0.host.packetFilter.legacy.failures[.masquerade] = "Table does not exist"
            $0.settings.packetFilter = .init(.legacy, from: .environment)
        },
        .here("iptables-nat", "cannot be tried", .info, "cannot be tried") { $0.host.drop(.netAdmin) },
        .here("iptables-nat", "the table raw is missing", .warning, "the table raw does not work") {
            $0.host.engine.version = EngineVersion(major: 28, minor: 1)
            $0.host.packetFilter.nft.failures[.raw] = "Table does not exist"
        },
        .here("iptables-backends", "not to be read", .warning, "did not end within 10 s") {
            $0.host.packetFilter.nft.saveError = "iptables-nft-save did not end within 10 s"
        },
        .here("shared-network", "another engine", .error, "another Docker engine") {
            $0.host.network.engineSockets = ["/var/run/docker/libnetwork/0123.sock"]
        },
        .here("insecure-tcp", "DOCKER_ARGS", .error, "tcp://0.0.0.0:2375 without TLS") {
            $0.settings.daemonArguments = ["-H", "tcp://0.0.0.0:2375"]
        },
        .here("shared-network", "the machine's own", .warning, "the machine itself") {
            $0.host.network.isMachineNamespace = true
        },
        .here("ipv6", "the only way out, without NAT", .warning, "by IPv6 alone") {
            $0.host.network.routes = []
            $0.host.network.ipv6 = IPv6Facts(addresses: ["fd00:0:0:0:0:0:0:7/64"], uplink: "eth0")
            $0.host.packetFilter.nftIPv6.failures[.masquerade] = "TABLE_ADD failed"
        },
        .here("iptables-backends", "rules in both", .info, "3 rules in legacy and 4 in nft") {
            $0.host.packetFilter.legacy.ruleCount = 3
            $0.host.packetFilter.nft.ruleCount = 4
        },
        .here("ip6tables-nat", "no IPv6 NAT", .info, "TABLE_ADD failed") {
            $0.host.packetFilter.nftIPv6.failures[.masquerade] = "TABLE_ADD failed"
        },
        .here("bridge-netfilter", "not loaded", .info, "not loaded") {
            $0.host.network.hasBridgeNetfilter = false
        },
        .here("ip-forward", "off for good", .error, "read-only") {
            $0.host.kernel.settings["net.ipv4.ip_forward"] = "0"
            $0.host.makeReadOnly("/proc")
        },
        .here("ip-forward", "off", .info, "dockerd turns it on") {
            $0.host.kernel.settings["net.ipv4.ip_forward"] = "0"
        },
        .here("conntrack", "full", .warning, "990 of 1000") {
            $0.host.conntrack = ConntrackFacts(count: 990, limit: 1000, isWritable: false)
        },
        .here("default-route", "none", .warning, "no default route") { $0.host.network.routes = [] },
        .here("mtu", "tiny", .error, "eth0 has 500") { $0.host.network.interfaces[0].mtu = 500 },
        .here("mtu", "too small for IPv6", .warning, "eth0 has 1200") {
            $0.host.network.interfaces[0].mtu = 1200
        },
        .here("mtu", "larger than the way out", .warning, "9000 is larger") {
            $0.settings.mtu = .init(9000, from: .flag)
        },
        .here("address-overlap", "a bridge over the Pod's network", .warning, "overlaps 10.0.0.0/24") {
            $0.settings.bridgeAddress = .init("10.0.0.1/16", from: .environment)
        },
        .here("cluster-subnets", "taken", .info, "10.245.0.0/16") {
            $0.host.network.routes.append(
                Route(
                    destination: IPv4Network(address: 10 << 24 | 245 << 16, prefixLength: 16),
                    interface: "eth0"))
        },
        .here("ipv6", "off", .info, "off") {
            $0.host.kernel.settings["net.ipv6.conf.all.disable_ipv6"] = "1"
        },
        .here("ports", "in use", .error, "30001") { $0.host.listeningPorts = [22, 30001] },
        .here("dns-servers", "loopback alone", .warning, "127.0.0.11") {
            $0.host.network.resolver.nameservers = ["127.0.0.11"]
        },
        .here("dns-servers", "none", .warning, "no DNS server") { $0.host.network.resolver.nameservers = [] },
        .here("dns-search", "a Pod's", .info, "ndots:5") {
            $0.host.network.resolver.search = ["svc.cluster.local", "cluster.local"]
            $0.host.network.resolver.options = ["ndots:5"]
        },
        .here("dns-answers", "silent", .warning, "no answer within 2 s") {
            $0.probes?.nameServers = [
                NameServerProbe(server: "10.0.0.2", milliseconds: nil, failure: "no answer within 2 s")
            ]
        },
        .here("dns-answers", "slow", .warning, "1500 ms") {
            $0.probes?.nameServers = [NameServerProbe(server: "10.0.0.2", milliseconds: 1500)]
        },
        .here("proxies", "loopback", .warning, "127.0.0.1") {
            $0.host.proxies = [ProxyFacts(variable: "HTTPS_PROXY", host: "127.0.0.1")]
        },
        .here("proxies", "unreadable", .warning, "HTTPS_PROXY is no URL of a proxy") {
            $0.host.proxies = [ProxyFacts(variable: "HTTPS_PROXY", host: "")]
        },
        .here("proxies", "elsewhere", .info, "proxy.example") {
            $0.host.proxies = [
                ProxyFacts(variable: "https_proxy", host: "proxy.example"),
                ProxyFacts(variable: "no_proxy", host: "localhost"),
            ]
        },
        .here("registry", "a mirror that is not there", .warning, "cannot be reached") {
            $0.probes?.registries = [
                RegistryProbe(address: "http://m", isMirror: true, status: nil, failure: "refused")
            ]
        },
        .here("registry", "the public one", .info, "cannot be reached") {
            $0.probes?.registries = [
                RegistryProbe(address: "https://registry-1.docker.io", isMirror: false, status: nil)
            ]
        },
        .here("registry", "too many requests", .warning, "too many requests") {
            $0.probes?.registries = [RegistryProbe(address: "https://m", isMirror: true, status: 429)]
        },
    ]

    static let system: [CheckCase] = [
        .here("kernel-modules", "not mounted", .info, "not there") {
            $0.host.kernel.hasModuleDirectory = false
        },
        .here("pid-1", "a shell", .warning, "PID 1 (sh)") {
            $0.host.initProcess = InitFacts(name: "sh", takesTermination: false)
        },
        .here("dev-kmsg", "missing", .error, "missing") { $0.host.kernel.devices = [] },
        .here("machine-id", "broken", .warning, "hexadecimal") { $0.host.identity.machineID = .malformed },
        .here("product-uuid", "told", .info, "kind gives each node its own") {
            $0.host.identity.hasProductUUID = true
        },
        .here("clock", "late", .error, "in the future") { $0.host.clock.now -= 86400 },
        .here("clock", "1970", .error, "before 2024") {
            $0.host.clock = ClockFacts(now: 100, isSynchronised: false)
        },
        .here("clock", "not kept right", .info, "kept right") { $0.host.clock.isSynchronised = false },
        .here("proc-mounts", "masks", .warning, "/proc/kcore") {
            $0.host.mounts += Mount.parse(mountinfo: "90 31 0:9 / /proc/kcore rw - tmpfs tmpfs rw")
        },
        .here("sys-read-only", "not privileged", .warning, "/sys read-only") { $0.host.makeReadOnly("/sys") },
    ]
}
