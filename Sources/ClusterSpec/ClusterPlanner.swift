import EnginePlan
import HostFacts
import Yams

/// Makes a plan out of a file and settings, decision by decision.
struct ClusterPlanner {
    /// The address that a Pod's own processes, and `kubectl port-forward`, connect to.
    static let loopback = "127.0.0.1"
    /// Where the API server listens in a node: kind's `APIServerInternalPort`.
    static let apiServerPortInNode = 6443
    /// Where the wrapper is in a node.
    static let wrapperInNode = "/usr/local/bin/kinkajou-oci"
    /// Where containerd looks for the hosts of registries in a node.
    static let registriesInNode = "/etc/containerd/certs.d"

    let parsed: ParsedCluster
    let spec: ClusterSpec
    let place: ClusterSurroundings
    var plan: ClusterPlan
    var problems: [ConfigProblem] = []
    /// Fields that have their values from place.
    private var fromSettings: Set<String> = []

    init(parsed: ParsedCluster, spec: ClusterSpec, place: ClusterSurroundings) {
        self.parsed = parsed
        self.spec = spec
        self.place = place
        plan = ClusterPlan(cluster: parsed.cluster)
    }

    mutating func makePlan() throws(ClusterConfigError) -> ClusterPlan {
        if plan.cluster.nodes.isEmpty { plan.cluster.nodes = [Node()] }
        decideName()
        decideImages()
        decideVersion()
        decideAddress()
        addLoopback()
        decideSubnets()
        decideSearchDomains()
        checkProxyMode()
        checkPatches()
        checkContainerdPatches()
        addCertificateNames()
        noteWhatKindDoes()
        decideMounts()
        addCgroupDriver()
        allowCgroupV1()
        reserveForSystem()
        addWrapper()
        addRegistries()
        problems += ClusterCheck(file: parsed.file, places: parsed.places, settings: fromSettings).problems(
            of: plan.cluster)
        guard problems.isEmpty else { throw ClusterConfigError(problems.inOrderOfFile()) }
        return plan
    }

    // MARK: - Decisions

    private mutating func note(_ field: String, _ value: String, _ reason: String, _ source: ConfigSource) {
        plan.decisions.append(ConfigDecision(field: field, value: value, reason: reason, source: source))
    }

    func problem(_ field: String, _ summary: String, _ cure: String, textLine: Int? = nil) -> ConfigProblem {
        let places = fromSettings.contains(field) ? [:] : parsed.places
        return places.problem(field, summary, cure, file: parsed.file, textLine: textLine, isExact: true)
    }

    /// The setting if there is one, else what the file says, else our own; the decision is noted.
    private mutating func choose<Value: CustomStringConvertible>(
        _ field: String, setting: Value?, file: Value?, otherwise: (value: Value, reason: String)
    ) -> Value {
        if let setting {
            fromSettings.insert(field)
            let over = file.map { " (the file has \($0))" } ?? ""
            note(field, "\(setting)", "it was asked for\(over)", .setting)
            return setting
        }
        if let file {
            note(field, "\(file)", "the file says so", .file)
            return file
        }
        note(field, "\(otherwise.value)", otherwise.reason, .kinkajou)
        return otherwise.value
    }

    private mutating func decideName() {
        let file = parsed.cluster.name
        let isAsked = spec.name != file && spec.name != Defaults.name
        plan.cluster.name = choose(
            "name", setting: isAsked ? spec.name : nil, file: spec.name == file ? file : nil,
            otherwise: (spec.name, "kind's own default"))
    }

    private mutating func decideImages() {
        for (index, node) in plan.cluster.nodes.enumerated() {
            let field = "nodes[\(index)].image"
            if let image = spec.nodeImage {
                fromSettings.insert(field)
                plan.cluster.nodes[index].image = image
                note(field, image, "one image was asked for, and it is that of every node", .setting)
            } else if let image = node.image {
                note(field, image, "the file says so", .file)
            } else {
                note(field, "kind's own", "no image was chosen", .kind)
            }
            guard let image = plan.cluster.nodes[index].image, let name = place.facts.imageNames[image] else {
                continue
            }
            plan.cluster.nodes[index].image = name
            note(field, name, "the engine has \(image) from an archive, and knows no digest of it", .kinkajou)
        }
    }

    /// The versions of the nodes, as far as they are known.
    func version(of node: Node) -> KubernetesVersion? {
        node.image.flatMap { place.facts.images[$0]?.version ?? KubernetesVersion(image: $0) }
    }

    private mutating func decideVersion() {
        guard let node = plan.cluster.nodes.first(where: { $0.role == .controlPlane }) else { return }
        plan.kubernetesVersion = version(of: node)
        if let version = plan.kubernetesVersion {
            let isAsked = node.image.flatMap { place.facts.images[$0]?.version } != nil
            note(
                "kubernetesVersion", version.description,
                isAsked ? "the node image says so" : "the tag of the image says so", .kinkajou)
        }
        for (index, node) in plan.cluster.nodes.enumerated() {
            guard let version = self.version(of: node) else { continue }
            if let image = node.image { plan.versions[image] = version }
            let field = "nodes[\(index)].image"
            if version < .oldestSupported {
                problems.append(
                    problem(
                        field,
                        "it has Kubernetes \(version), and kind makes clusters of \(KubernetesVersion.oldestSupported) and later",
                        "choose a newer node image"))
            }
            if (version.major, version.minor) > (
                KubernetesVersion.newestKnown.major, KubernetesVersion.newestKnown.minor
            ) {
                plan.notices.append(
                    "Kubernetes \(version) is newer than this kinkajou, which knows \(KubernetesVersion.newestKnown.major).\(KubernetesVersion.newestKnown.minor): what is new in it is not checked"
                )
            }
            let written = KubeadmAPI.written(for: version, by: place.facts.kind)
            if let kind = place.facts.kind, !written.isRead(by: version) {
                problems.append(
                    problem(
                        field,
                        "it has Kubernetes \(version), whose kubeadm no longer reads \(written), and kind \(kind) writes that",
                        "use kind \(KindVersion.firstWithV1beta4) or later, or a node image of Kubernetes 1.36 or older"
                    ))
            }
        }
    }

    /// nftables came with 1.29, and is on by itself since 1.31.
    private mutating func checkProxyMode() {
        guard plan.cluster.networking.kubeProxyMode == .nftables else { return }
        let gate = "NFTablesProxyMode"
        for version in plan.cluster.nodes.compactMap({ version(of: $0) }) {
            let isThere = version >= KubernetesVersion(1, 29)
            if version >= KubernetesVersion(1, 31) || (isThere && plan.cluster.featureGates[gate] == true) {
                continue
            }
            problems.append(
                problem(
                    "networking.kubeProxyMode",
                    "kube-proxy of Kubernetes \(version) has no nftables"
                        + (isThere ? " unless the feature gate \(gate) is on" : ", which came with 1.29"),
                    isThere
                        ? "write \"featureGates: {\(gate): true}\", or choose iptables" : "choose iptables"))
            return
        }
    }

    private mutating func decideAddress() {
        let family = plan.cluster.networking.ipFamily
        var networking = plan.cluster.networking
        let address = place.podAddress.map {
            ($0, "it is the Pod's address, so it is reached from outside")
        }
        networking.apiServerAddress = choose(
            "networking.apiServerAddress", setting: spec.apiServer.address,
            file: networking.apiServerAddress,
            otherwise: address ?? (family == .ipv6 ? "::1" : "127.0.0.1", "no address of the Pod is known"))
        networking.apiServerPort = choose(
            "networking.apiServerPort", setting: spec.apiServer.port, file: networking.apiServerPort,
            otherwise: (
                Defaults.apiServerPort, "a fixed port is one that Services and probes can name"
            ))
        plan.cluster.networking = networking
        let controlPlanes = plan.cluster.count(of: .controlPlane)
        if controlPlanes > 1 {
            note(
                "loadBalancer", "1",
                "with \(controlPlanes) control planes, kind gives address and port to a load balancer in front of "
                    + "them; its image has to be there, or in a registry that is reached", .kind)
        }
    }

    /// Docker publishes the API server's port at one address alone; `kubectl port-forward` to a Pod connects to its
    /// loopback.
    private mutating func addLoopback() {
        let networking = plan.cluster.networking
        guard let port = networking.apiServerPort, port > 0, networking.ipFamily != .ipv6,
            let text = networking.apiServerAddress, let address = IPAddress(text), !address.isWildcard,
            address != IPAddress(Self.loopback),
            let index = plan.cluster.nodes.firstIndex(where: { $0.role == .controlPlane })
        else { return }
        let isTaken = plan.cluster.nodes.flatMap(\.extraPortMappings).contains { mapping in
            guard mapping.hostPort == port, mapping.protocol ?? .tcp == .tcp else { return false }
            let taken = IPAddress(mapping.listenAddress ?? "0.0.0.0")
            return taken == IPAddress(Self.loopback) || taken?.isWildcard == true
        }
        guard !isTaken else { return }
        let mapping = PortMapping(
            containerPort: Self.apiServerPortInNode, hostPort: port, listenAddress: Self.loopback,
            protocol: .tcp)
        plan.cluster.nodes[index].extraPortMappings.append(mapping)
        note(
            "nodes[\(index)].extraPortMappings", "\(Self.loopback):\(port)",
            "kubectl port-forward to this Pod reaches the API server there", .kinkajou)
    }

    private mutating func decideSubnets() {
        let taken = place.takenNetworks
        var networking = plan.cluster.networking
        let chosenServices = spec.serviceSubnet ?? networking.serviceSubnet
        networking.podSubnet = subnet(
            "networking.podSubnet", setting: spec.podSubnet, file: networking.podSubnet,
            candidates: Defaults.podSubnets, taken: taken + Self.networks(chosenServices),
            ipv6: Networking.podSubnetIPv6)
        networking.serviceSubnet = subnet(
            "networking.serviceSubnet", setting: spec.serviceSubnet, file: networking.serviceSubnet,
            candidates: Defaults.serviceSubnets, taken: taken + Self.networks(networking.podSubnet),
            ipv6: Networking.serviceSubnetIPv6)
        plan.cluster.networking = networking
    }

    /// The networks of IPv4 in a field that may hold two.
    private static func networks(_ text: String?) -> [IPv4Network] {
        (text ?? "").split(separator: ",").compactMap { IPv4Network($0) }
    }

    private mutating func subnet(
        _ field: String, setting: String?, file: String?, candidates: [String], taken: [IPv4Network],
        ipv6: String
    ) -> String? {
        if let chosen = setting ?? file {
            _ = choose(field, setting: setting, file: file, otherwise: (chosen, ""))
            for network in Self.networks(chosen) {
                guard let outer = place.takenNetworks.first(where: network.overlaps) else { continue }
                plan.warnings.append(
                    problem(
                        field, "\(network) overlaps \(outer), which is in use outside the cluster",
                        "choose another network, or addresses in \(outer) cannot be reached from Pods"))
            }
            return chosen
        }
        let family = plan.cluster.networking.ipFamily
        if family == .ipv6 {
            note(field, ipv6, "kind's own default for IPv6", .kinkajou)
            return ipv6
        }
        for (index, candidate) in candidates.enumerated() {
            guard let network = IPv4Network(candidate), !taken.contains(where: network.overlaps) else {
                continue
            }
            let value = family.select(ipv4: candidate, ipv6: ipv6)
            let before = candidates[..<index].joined(separator: ", ")
            let reason =
                index == 0
                ? "it overlaps no network outside"
                : "it is the first that overlaps no network outside; \(before) would"
            note(field, value, reason, .kinkajou)
            return value
        }
        problems.append(
            problem(
                field, "each of \(candidates.joined(separator: ", ")) overlaps a network that is in use",
                "choose a free one yourself, with --\(field.hasSuffix("podSubnet") ? "pod" : "service")-subnet"
            ))
        return nil
    }

    private mutating func decideSearchDomains() {
        if let search = plan.cluster.networking.dnsSearch {
            note("networking.dnsSearch", search.description, "the file says so", .file)
        } else {
            plan.cluster.networking.dnsSearch = []
            note(
                "networking.dnsSearch", "[]",
                "the outer cluster's search domains would answer for names of this one", .kinkajou)
        }
    }

    // MARK: - Patches

    /// A JSON patch with neither group nor version matches every version of kubeadm's document, and adds to the list,
    /// which keeps kind's own names and the user's. A merge patch would replace it in a kind before 0.32.
    private mutating func addCertificateNames() {
        var names: [String] = []
        let address = plan.cluster.networking.apiServerAddress.flatMap { text in
            IPAddress(text).flatMap { $0.isWildcard ? nil : text }
        }
        for name in ["localhost", Self.loopback, address, place.podAddress, place.hostName].compactMap(
            \.self)
            + spec.apiServer.certificateNames
        {
            guard IPAddress(name) != nil || name.isDomainName(wildcard: true) else {
                problems.append(
                    problem(
                        "certSANs", "\(quoted(name)) is neither a host name nor an IP address",
                        "correct it; the API server's certificate cannot hold it"))
                continue
            }
            if !names.contains(name) { names.append(name) }
        }
        let operations = names.map { "- op: add\n  path: /apiServer/certSANs/-\n  value: \"\($0)\"\n" }
        plan.cluster.kubeadmConfigPatchesJSON6902.insert(
            TargetedJSONPatch(kind: "ClusterConfiguration", patch: operations.joined()), at: 0)
        let source: ConfigSource = spec.apiServer.certificateNames.isEmpty ? .kinkajou : .setting
        note(
            "certSANs", names.joined(separator: ","),
            "the names by which the API server is reached from outside", source)
    }

    private mutating func noteWhatKindDoes() {
        note(
            "kubelet.cgroupRoot", "/kubelet",
            "kind sets it, so that the kubelet leaves the Pod's own processes alone", .kind)
        if let mtu = place.mtu {
            note(
                "mtu", String(mtu),
                "kind's network takes the MTU of dockerd's own bridge, and Pods that of their node", .kind)
        }
        if place.hasProxy {
            note(
                "proxy", "handed on",
                "kind gives its own proxy variables to the nodes, and adds the cluster's networks to NO_PROXY",
                .kind)
        }
    }

    private mutating func addCgroupDriver() {
        guard let driver = place.cgroupDriver else { return }
        guard let version = plan.kubernetesVersion, version.kindCgroupDriver != driver else { return }
        plan.cluster.kubeadmConfigPatches.insert(
            "kind: KubeletConfiguration\ncgroupDriver: \(driver.rawValue)\n", at: 0)
        note(
            "kubelet.cgroupDriver", driver.rawValue,
            "the node image is made for it, and kind takes \(version.kindCgroupDriver.rawValue) for \(version)",
            .kinkajou)
    }

    /// Kubelets from 1.35 on do not start on cgroup version 1 by themselves.
    private mutating func allowCgroupV1() {
        guard place.facts.hasCgroupV1 == true,
            let version = plan.cluster.nodes.compactMap({ version(of: $0) }).first(where: \.refusesCgroupV1)
        else { return }
        guard !checkCgroupPatches(version) else {
            note("kubelet.failCgroupV1", "false", "the file says so", .file)
            return
        }
        plan.cluster.kubeadmConfigPatches.insert("kind: KubeletConfiguration\nfailCgroupV1: false\n", at: 0)
        note(
            "kubelet.failCgroupV1", "false",
            "this host has cgroup v1, which the kubelet of \(version) refuses unless it is told", .kinkajou)
        plan.notices.append(
            "this host has cgroup v1, which Kubernetes \(version) no longer supports: its kubelet is told to run all the same "
                + "(failCgroupV1: false); memory QoS and resizing of Pods in place need cgroup v2, and a later version drops v1"
        )
    }

    /// What a user's own patches reserve wins, as they come after this one.
    private mutating func reserveForSystem() {
        guard let reservation = place.facts.capacity?.reservation(nodes: plan.cluster.nodes.count),
            !reservation.isNothing
        else { return }
        let quantities = reservation.quantities
        plan.cluster.kubeadmConfigPatches.insert(
            "kind: KubeletConfiguration\nsystemReserved:\n"
                + quantities.map { "  \($0.name): \($0.quantity)\n" }.joined(), at: 0)
        note(
            "kubelet.systemReserved", quantities.map { "\($0.name)=\($0.quantity)" }.joined(separator: ","),
            "the machine has more than this container may use, and a scheduler promises what a node reports",
            .kinkajou)
    }

    // MARK: - containerd

    // Node images keep containerd's configuration in format 2 or 3, and which of them is asked of the image. An image that
    // says nothing has format 2, as all had before containerd 2, which reads it too. Tables of the other format would be
    // passed over, or replace those of the runtime as a whole.

    /// The formats of the nodes' configurations.
    private var formats: Set<Int> {
        Set(
            plan.cluster.nodes.map { node in
                node.image.flatMap { place.facts.images[$0]?.containerd?.format } ?? 2
            })
    }

    /// A merge patch for every format that there is. Its `version` has kind pass over the nodes of the other one.
    private func containerdPatches(_ body: (Int) -> String) -> [String] {
        let formats = formats.sorted()
        return formats.map { (formats.count > 1 ? "version = \($0)\n" : "") + body($0) }
    }

    private mutating func addWrapper() {
        guard let path = place.wrapperPath else { return }
        let target = Self.wrapperInNode
        for index in plan.cluster.nodes.indices {
            mount(Mount(hostPath: path, containerPath: target, readOnly: true), into: index)
        }
        plan.cluster.containerdConfigPatches.insert(
            contentsOf: containerdPatches { format in
                "[\(ContainerdConfiguration.runtimeOptions(format: format))]\n  BinaryName = \"\(target)\"\n"
            }, at: 0)
        note(
            "containerd.runtime", target,
            "this kernel or sandbox does not grant everything that runc asks for", .kinkajou)
    }

    private mutating func addRegistries() {
        guard !spec.engine.registryMirrors.isEmpty || !spec.engine.insecureRegistries.isEmpty else { return }
        let cluster = plan.cluster
        let own =
            cluster.containerdConfigPatches.contains { ContainerdConfiguration(toml: $0).hasRegistries }
            || cluster.containerdConfigPatchesJSON6902.contains { $0.contains("registry") }
        let isMounted = cluster.nodes.contains {
            $0.extraMounts.contains { $0.containerPath == Self.registriesInNode }
        }
        if own || isMounted {
            plan.warnings.append(
                problem(
                    isMounted && !own ? "nodes" : "containerdConfigPatches",
                    "the file configures registries itself, so the mirrors of the settings are left out",
                    "keep one of the two; containerd takes no mixture"))
            return
        }
        var files: [PlannedFile] = []
        // dockerd mirrors no other registry.
        let mirrors =
            spec.engine.registryMirrors.isEmpty ? [:] : ["docker.io": spec.engine.registryMirrors]
        let hosts = Set(mirrors.keys).union(spec.engine.insecureRegistries)
        for host in hosts.sorted() {
            guard
                let registry = RegistryHosts(
                    host: host, mirrors: mirrors[host] ?? [],
                    isInsecure: spec.engine.insecureRegistries.contains(host),
                    insecureHosts: spec.engine.insecureRegistries)
            else {
                problems.append(
                    problem(
                        "registries",
                        "\(quoted(host)) with its mirrors is not the name of a registry with URLs",
                        "write HOST or HOST:PORT, and mirrors as http:// or https:// URLs"))
                continue
            }
            files.append(
                PlannedFile(
                    path: "\(place.registryDirectory)/\(host)/hosts.toml",
                    contents: Array(registry.toml.utf8), mode: 0o600))
            note(
                "registries[\(host)]", registry.endpoints.joined(separator: ","),
                "dockerd's own mirrors do not reach the nodes, so they have a hosts.toml", .setting)
        }
        plan.files += files
        for index in plan.cluster.nodes.indices {
            mount(
                Mount(
                    hostPath: place.registryDirectory, containerPath: Self.registriesInNode, readOnly: true
                ), into: index)
        }
        guard formats == [2] else {
            // Images with format 3 have no mirrors of their own, and JSON patches know no formats.
            plan.cluster.containerdConfigPatches.insert(
                contentsOf: containerdPatches { format in
                    "[\(ContainerdConfiguration.registries(format: format))]\n  config_path = \"\(Self.registriesInNode)\"\n"
                }, at: 0)
            return
        }
        // "add" replaces the whole table, and with it the "mirrors" that node images of 2022 have:
        // containerd refuses to start with those beside config_path. A merge patch could not remove them.
        plan.cluster.containerdConfigPatchesJSON6902.insert(
            "[{\"op\":\"add\",\"path\":\"/plugins/io.containerd.grpc.v1.cri/registry\",\"value\":{\"config_path\":\"\(Self.registriesInNode)\"}}]",
            at: 0)
    }

    /// The file's paths are of the client's machine or of what was chosen for them; nodes see what is in the container.
    private mutating func decideMounts() {
        for entry in spec.extraMounts.entries {
            for node in plan.cluster.nodes.indices {
                for index in plan.cluster.nodes[node].extraMounts.indices
                where plan.cluster.nodes[node].extraMounts[index].hostPath == entry.hostPath {
                    plan.cluster.nodes[node].extraMounts[index].hostPath = entry.inside
                }
            }
            let reason: String
            switch entry.source {
            case .configMap(let name, _): reason = "it is the ConfigMap \(name) of the host cluster"
            case .secret(let name, _): reason = "it is the Secret \(name) of the host cluster"
            case .host(let path): reason = "it is \(path) of the machine that the container runs on"
            case .copy(let files):
                reason = "it is a copy of what the client had there"
                plan.files += files.map { file in
                    PlannedFile(
                        path: entry.place + (file.path.isEmpty ? "" : "/\(file.path)"),
                        contents: file.contents, mode: file.mode)
                }
                if !entry.isReadOnly {
                    plan.notices.append(
                        "extraMounts of \(entry.hostPath): the nodes have a copy of it, as it was when the cluster was created"
                    )
                }
            }
            note("extraMounts[\(entry.hostPath)]", entry.inside, reason, .setting)
        }
    }

    /// Adds a mount, unless the user has one at that place.
    private mutating func mount(_ mount: Mount, into index: Int) {
        guard
            !plan.cluster.nodes[index].extraMounts.contains(where: { $0.containerPath == mount.containerPath }
            )
        else { return }
        plan.cluster.nodes[index].extraMounts.append(mount)
    }
}
