internal import HostFacts

/// Renders the decisions as dockerd's configuration file (docs.docker.com, dockerd, "Daemon configuration
/// file"). A file, not arguments: mirrors can hold passwords, and everyone can read an argument list.
enum DaemonPlanner {
    /// The directory of everything that lives as long as the engine.
    static let runtimeDirectory = "/run/kinkajou/dind"

    struct Inputs {
        var network: NetworkPlanner.Outcome
        var resolver: ResolverPlanner.Outcome
        var storage: StoragePlanner.Outcome
        var packetFilter: PacketFilterBackend
    }

    static func plan(
        _ facts: HostFacts, settings: DindSettings, inputs: Inputs, decisions: inout [Decision]
    ) -> DaemonPlan {
        var planned = configuration(facts, settings: settings, inputs: inputs, decisions: &decisions)
        // The user's own file is stronger than the plan; an option or variable of ours is stronger than it.
        let asked = askedFor(settings)
        for (key, value) in settings.daemonFile {
            if asked.contains(key) { continue }
            if planned[key] != nil, planned[key] != value {
                decisions.append(
                    Decision(key, "that of daemon.json", because: "the user's file sets it", source: .file))
            }
            planned[key] = value
        }
        // dockerd refuses to start when a directive stands both in its arguments and in its file.
        for key in keys(ofArguments: settings.daemonArguments) where planned.removeValue(forKey: key) != nil {
            decisions.append(
                Decision(key, "that of DOCKER_ARGS", because: "DOCKER_ARGS sets it", source: .environment))
        }
        let file = runtimeDirectory + "/daemon.json"
        return DaemonPlan(
            program: facts.engine.daemon ?? "dockerd",
            arguments: ["--config-file", file] + settings.daemonArguments,
            configurationPath: file, configuration: planned,
            environment: environment(facts, decisions: &decisions))
    }

    private static func configuration(
        _ facts: HostFacts, settings: DindSettings, inputs: Inputs, decisions: inout [Decision]
    ) -> [String: JSONValue] {
        let version = facts.engine.version ?? EngineVersion(major: 20, minor: 10)
        var hosts: [JSONValue] = ["unix:///var/run/docker.sock"]
        var configuration: [String: JSONValue] = [
            "data-root": .string(settings.dataRoot.value),
            "pidfile": "/var/run/docker.pid",
            "exec-opts": ["native.cgroupdriver=cgroupfs"],
            "mtu": .integer(inputs.network.mtu),
            "bip": .string(inputs.network.bridge),
            "raw-logs": true,
            "shutdown-timeout": .integer(max(1, settings.graceSeconds / 2)),
        ]
        configuration["default-address-pools"] = .array(
            inputs.network.pools.map { pool in
                ["base": .string(pool.description), "size": 24]
            })
        if version >= EngineVersion(major: 24, minor: 0) {
            // Networks that are made later (kind's own) do not take over the daemon's MTU by themselves.
            configuration["default-network-opts"] = [
                "bridge": ["com.docker.network.driver.mtu": .string("\(inputs.network.mtu)")]
            ]
        }
        configuration["storage-driver"] = inputs.storage.driver.map { .string($0) }
        if !inputs.resolver.servers.isEmpty {
            configuration["dns"] = .array(inputs.resolver.servers.map { .string($0) })
        }
        if !inputs.resolver.options.isEmpty {
            configuration["dns-opts"] = .array(inputs.resolver.options.map { .string($0) })
        }
        if !settings.registryMirrors.isEmpty {
            configuration["registry-mirrors"] = .array(settings.registryMirrors.map { .string($0) })
        }
        if !settings.insecureRegistries.isEmpty {
            configuration["insecure-registries"] = .array(settings.insecureRegistries.map { .string($0) })
        }
        configuration["init-path"] = facts.engine.containerInit.map { .string($0) }
        addRuntime(facts, to: &configuration, decisions: &decisions)
        addIPv6(facts, inputs: inputs, version: version, to: &configuration, decisions: &decisions)
        if let directory = settings.tlsDirectory {
            hosts.append("tcp://0.0.0.0:2376")
            configuration["tlsverify"] = true
            configuration["tlscacert"] = .string(directory + "/server/ca.pem")
            configuration["tlscert"] = .string(directory + "/server/cert.pem")
            configuration["tlskey"] = .string(directory + "/server/key.pem")
            decisions.append(
                Decision("tls", "port 2376", because: "DOCKER_TLS_CERTDIR is set", source: .environment))
        }
        configuration["hosts"] = .array(hosts)
        return configuration
    }

    private static func addRuntime(
        _ facts: HostFacts, to configuration: inout [String: JSONValue], decisions: inout [Decision]
    ) {
        let missing = facts.process.missingFromBounding
        let why: String
        if !missing.isEmpty {
            why = "the bounding set lacks \(missing.joined(separator: ", ")), and runc gives up on those"
        } else if !facts.process.isInitialUserNamespace {
            why = "in a user namespace limits and OOM scores cannot be raised"
        } else {
            decisions.append(
                Decision(
                    "runtime", facts.engine.runtime ?? "runc", because: "every capability can be granted"))
            return
        }
        guard let wrapper = facts.engine.wrapper else {
            decisions.append(
                Decision(
                    "runtime", facts.engine.runtime ?? "runc", because: why + "; but kinkajou-oci is not here"
                ))
            return
        }
        configuration["runtimes"] = ["kinkajou": ["path": .string(wrapper)]]
        configuration["default-runtime"] = "kinkajou"
        decisions.append(Decision("runtime", wrapper, because: why))
    }

    private static func addIPv6(
        _ facts: HostFacts, inputs: Inputs, version: EngineVersion,
        to configuration: inout [String: JSONValue], decisions: inout [Decision]
    ) {
        // From 27 on dockerd manages ip6tables by default, and fails where the kernel has no IPv6 NAT.
        guard version >= EngineVersion(major: 27, minor: 0),
            !PacketFilterPlanner.hasIPv6(facts, inputs.packetFilter)
        else { return }
        configuration["ip6tables"] = false
        let reason = facts.packetFilter.ipv6(inputs.packetFilter).natError ?? "ip6tables is not installed"
        decisions.append(Decision("ip6tables", "off", because: "its nat table does not work: \(reason)"))
    }

    private static func environment(_ facts: HostFacts, decisions: inout [Decision]) -> [String: String] {
        var environment: [String: String] = [:]
        if !facts.network.hasBridgeNetfilter, let version = facts.engine.version,
            version >= EngineVersion(major: 28, minor: 0)
        {
            environment["DOCKER_IGNORE_BR_NETFILTER_ERROR"] = "1"
            decisions.append(
                Decision(
                    "bridge netfilter", "ignored",
                    because: "/proc/sys/net/bridge is missing and dockerd \(version) would not start"))
        }
        if !facts.proxyVariables.isEmpty {
            decisions.append(
                Decision(
                    "proxies", facts.proxyVariables.joined(separator: " "),
                    because: "they are set here and are passed on to dockerd", source: .environment))
        }
        return environment
    }

    /// The keys that an option or variable of ours sets.
    private static func askedFor(_ settings: DindSettings) -> Set<String> {
        var keys: Set<String> = []
        if settings.dataRoot.source != .plan { keys.insert("data-root") }
        if settings.bridgeAddress != nil { keys.insert("bip") }
        if settings.mtu != nil { keys.insert("mtu") }
        if settings.storageDriver != nil { keys.insert("storage-driver") }
        if !settings.dns.isEmpty { keys.insert("dns") }
        if !settings.registryMirrors.isEmpty { keys.insert("registry-mirrors") }
        if !settings.insecureRegistries.isEmpty { keys.insert("insecure-registries") }
        return keys
    }

    /// The configuration keys that dockerd arguments stand for.
    static func keys(ofArguments arguments: [String]) -> Set<String> {
        // Options that may be given more than once have a plural name in the file.
        let plural = [
            "host": "hosts", "H": "hosts", "exec-opt": "exec-opts", "dns-opt": "dns-opts",
            "registry-mirror": "registry-mirrors", "insecure-registry": "insecure-registries",
            "default-address-pool": "default-address-pools", "default-network-opt": "default-network-opts",
            "add-runtime": "runtimes", "storage-opt": "storage-opts", "label": "labels",
            "log-opt": "log-opts",
            "s": "storage-driver", "p": "pidfile", "D": "debug", "l": "log-level", "b": "bridge",
        ]
        var keys: Set<String> = []
        for argument in arguments where argument.hasPrefix("-") {
            let option = argument.drop(while: { $0 == "-" }).prefix(while: { $0 != "=" })
            keys.insert(plural[String(option)] ?? String(option))
        }
        return keys
    }
}
