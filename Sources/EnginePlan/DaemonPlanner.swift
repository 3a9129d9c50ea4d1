internal import HostFacts
internal import Values

/// Renders the decisions as dockerd's configuration file (docs.docker.com, dockerd, "Daemon configuration
/// file"). A file, not arguments: mirrors can hold passwords, and everyone can read an argument list.
enum DaemonPlanner {
    /// The directory of everything that lives as long as the engine.
    static let runtimeDirectory = "/run/kinkajou/dind"

    struct Inputs {
        var network: NetworkPlanner.Outcome
        /// A bridge that is made for the engine, in the place of its own.
        var ownBridge: String?
        var ipv6: IPv6Planner.Outcome
        var resolver: ResolverPlanner.Outcome
        var storage: StoragePlanner.Outcome
        var firewall: EngineFirewall
        var packetFilter: PacketFilterBackend
    }

    static func plan(
        _ facts: HostFacts, settings: DindSettings, inputs: Inputs, decisions: inout [Decision]
    ) -> DaemonPlan {
        var planned = configuration(facts, settings: settings, inputs: inputs, decisions: &decisions)
        if settings.daemonFile["cgroup-parent"] != nil
            || keys(ofArguments: settings.daemonArguments).contains("cgroup-parent")
        {
            decisions.append(
                Decision(
                    "cgroup-parent", "that of the plan",
                    because: "nested cgroups have to lie under the container's own"))
        }
        // The user's own file is stronger than the plan; an option or variable of ours is stronger than it.
        let asked = askedFor(settings).union(["cgroup-parent"])
        for (key, value) in settings.daemonFile.sorted(by: { $0.key < $1.key }) where !asked.contains(key) {
            let merged = merge(value, into: planned[key], key: key)
            if let ours = planned[key], ours != merged {
                let choice = merged == value ? "that of daemon.json" : "that of daemon.json as well"
                decisions.append(Decision(key, choice, because: "the user's file sets it", source: .file))
            }
            planned[key] = merged
        }
        var arguments = settings.daemonArguments
        removeOption("--cgroup-parent", from: &arguments)
        let given = keys(ofArguments: arguments)
        if settings.bridgeAddress == nil, planned["bip"] != nil,
            planned["bridge"] != nil || given.contains("bridge")
        {
            planned["bip"] = nil
            decisions.append(
                Decision(
                    "bip", "none", because: "a bridge is named",
                    source: given.contains("bridge") ? .environment : .file))
        }
        arguments += ourArguments(planned, beside: arguments, given: given)
        // dockerd refuses to start when a directive stands both in its arguments and in its file.
        for key in given.sorted() where planned.removeValue(forKey: key) != nil {
            decisions.append(
                Decision(key, "that of DOCKER_ARGS", because: "DOCKER_ARGS sets it", source: .environment))
        }
        let file = runtimeDirectory + "/daemon.json"
        return DaemonPlan(
            program: facts.engine.daemon ?? "dockerd",
            arguments: ["--config-file", file] + arguments,
            configurationPath: file, configuration: planned,
            environment: environment(facts, inputs: inputs, decisions: &decisions))
    }

    /// A value of the user's file over the planned one. Lists that the plan needs its own entries of are
    /// joined: without its socket nobody learns that dockerd is ready, and without its runtime the default
    /// runtime is an unknown one.
    private static func merge(_ value: JSONValue, into planned: JSONValue?, key: String) -> JSONValue {
        switch (key, planned, value) {
        case ("hosts", .array(let ours)?, .array(let theirs)):
            .array(ours + theirs.filter { !ours.contains($0) })
        case ("runtimes", .object(let ours)?, .object(let theirs)):
            .object(ours.merging(theirs) { _, theirs in theirs })
        default: value
        }
    }

    /// The same for lists that DOCKER_ARGS sets: what the plan needs of them becomes arguments too.
    private static func ourArguments(
        _ planned: [String: JSONValue], beside arguments: [String], given: Set<String>
    ) -> [String] {
        var ours: [String] = []
        if given.contains("hosts"), case .array(let hosts)? = planned["hosts"] {
            for case .string(let host) in hosts
            where !arguments.contains(where: { $0.hasSuffix(host) }) {
                ours.append("--host=" + host)
            }
        }
        if given.contains("runtimes"), case .object(let runtimes)? = planned["runtimes"] {
            for (name, runtime) in runtimes.sorted(by: { $0.key < $1.key }) {
                guard case .object(let members) = runtime, case .string(let path)? = members["path"] else {
                    continue
                }
                ours.append("--add-runtime=\(name)=\(path)")
            }
        }
        return ours
    }

    /// Takes an option with its value out of a list of arguments.
    private static func removeOption(_ option: String, from arguments: inout [String]) {
        arguments.removeAll { $0.hasPrefix(option + "=") }
        while let index = arguments.firstIndex(of: option) {
            arguments.removeSubrange(index..<min(index + 2, arguments.count))
        }
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
            "mtu": .integer(Int64(inputs.network.mtu)),
            "raw-logs": true,
            "shutdown-timeout": .integer(Int64(max(1, settings.graceSeconds / 2))),
        ]
        // dockerd takes a bridge that is there or an address for its own, not both.
        if let bridge = inputs.ownBridge {
            configuration["bridge"] = .string(bridge)
        } else {
            configuration["bip"] = .string(inputs.network.bridge)
        }
        if !inputs.network.pools.isEmpty {
            configuration["default-address-pools"] = .array(
                inputs.network.pools.map { pool in
                    ["base": .string(pool.description), "size": 24]
                })
        }
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
        addOpenFiles(facts, to: &configuration, decisions: &decisions)
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

    /// Programs that close every descriptor they could have, one by one, take minutes where that is near 2^30.
    private static func addOpenFiles(
        _ facts: HostFacts, to configuration: inout [String: JSONValue], decisions: inout [Decision]
    ) {
        let limit = facts.process.openFilesLimit
        guard limit > OpenFilesLimit.most else { return }
        configuration["default-ulimits"] = [
            "nofile": [
                "Name": "nofile", "Soft": .integer(Int64(OpenFilesLimit.nestedSoft)),
                "Hard": .integer(Int64(OpenFilesLimit.most)),
            ]
        ]
        decisions.append(
            Decision(
                "open files", "\(OpenFilesLimit.nestedSoft), at most \(OpenFilesLimit.most)",
                because:
                    "the limit here is \(limit == .max ? "none" : "\(limit)"), and programs that close every"
                    + " possible file one by one would take minutes"))
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
        switch inputs.firewall {
        case .none:
            // From 27 on dockerd would manage ip6tables all the same.
            configuration["ip6tables"] = false
            return
        case .nftables: return
        case .iptables: break
        }
        if let subnet = inputs.ipv6.subnet {
            configuration["ipv6"] = true
            configuration["fixed-cidr-v6"] = .string(subnet)
            configuration["ip6tables"] = true
            // Until 26 a daemon manages ip6tables only as an experiment.
            if version < EngineVersion(major: 27, minor: 0) { configuration["experimental"] = true }
            return
        }
        // From 27 on dockerd manages ip6tables by default, and fails where the kernel has no IPv6 NAT.
        guard version >= EngineVersion(major: 27, minor: 0),
            let reason = PacketFilterPlanner.obstacleToIPv6(facts, inputs.packetFilter)
        else { return }
        configuration["ip6tables"] = false
        decisions.append(Decision("ip6tables", "off", because: "it cannot do what dockerd needs: \(reason)"))
    }

    private static func environment(
        _ facts: HostFacts, inputs: Inputs, decisions: inout [Decision]
    ) -> [String: String] {
        var environment: [String: String] = [:]
        if facts.kernel.appArmorEnabled {
            // By this variable dockerd knows that it must not put a profile into the kernel, which is the
            // host's.
            environment["container"] = "docker"
            decisions.append(
                Decision(
                    "AppArmor", "no profile for nested containers",
                    because:
                        "it is on, and profiles loaded here would be the host's and outlive the container"))
        }
        if !facts.network.hasBridgeNetfilter, let version = facts.engine.version,
            version >= EngineVersion(major: 28, minor: 0)
        {
            environment["DOCKER_IGNORE_BR_NETFILTER_ERROR"] = "1"
            decisions.append(
                Decision(
                    "bridge netfilter", "ignored",
                    because: "/proc/sys/net/bridge is missing and dockerd \(version) would not start"))
        }
        if PacketFilterPlanner.needsRaw(facts), inputs.firewall == .iptables,
            let reason = facts.packetFilter[inputs.packetFilter].failures[.raw]
        {
            environment["DOCKER_INSECURE_NO_IPTABLES_RAW"] = "1"
            decisions.append(
                Decision("table raw", "not used", because: "it does not work here: \(reason)"))
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
        if settings.tlsDirectory != nil { keys.formUnion(["tlsverify", "tlscacert", "tlscert", "tlskey"]) }
        return keys
    }

    /// The configuration keys that dockerd arguments stand for.
    static func keys(ofArguments arguments: [String]) -> Set<String> {
        // Options that may be given more than once have a plural name in the file.
        let plural: Set<String> = [
            "authorization-plugin", "cdi-spec-dir", "default-address-pool", "default-network-opt",
            "default-ulimit", "dns-opt", "exec-opt", "feature", "host", "label", "log-opt",
            "node-generic-resource", "registry-mirror", "storage-opt",
        ]
        let irregular = ["add-runtime": "runtimes", "insecure-registry": "insecure-registries"]
        var keys: Set<String> = []
        for argument in arguments where argument.hasPrefix("-") && argument != "-" && argument != "--" {
            if argument.hasPrefix("--") {
                let option = String(argument.dropFirst(2).prefix { $0 != "=" })
                keys.insert(irregular[option] ?? (plural.contains(option) ? option + "s" : option))
            } else {
                // Letters that take no value may stand together; the rest of the word is the value of others.
                for letter in argument.dropFirst() {
                    guard let option = letters[letter] else { break }
                    keys.insert(option.key)
                    if option.takesValue { break }
                }
            }
        }
        return keys
    }

    private static let letters: [Character: (key: String, takesValue: Bool)] = [
        "b": ("bridge", true), "D": ("debug", false), "G": ("group", true), "g": ("data-root", true),
        "H": ("hosts", true), "l": ("log-level", true), "p": ("pidfile", true), "s": ("storage-driver", true),
    ]
}
