import Yams

/// A cluster as it was read from a file, with the places of its fields.
public struct ParsedCluster: Sendable {
    /// The cluster.
    public var cluster: Cluster
    /// The file, as it is named in messages.
    public var file: String?
    /// Where each field is.
    var places: FieldPlaces

    /// Reads and checks a configuration; standard input is named `-`.
    ///
    /// - Throws: ``ClusterConfigError`` with every problem of the file.
    public init(yaml bytes: some Sequence<UInt8>, file: String?) throws(ClusterConfigError) {
        let document = try YAMLDocument(Array(bytes), file: file)
        var reader = FieldReader(file: file)
        let cluster = reader.cluster(document.root)
        var problems = reader.problems
        if let cluster, !reader.isExhausted {
            // A field that could not be read, or that is misspelt, is not reported again as missing.
            let unread = Set(problems.map { $0.field.lowercased() })
            problems += ClusterCheck(file: file, places: reader.places).problems(of: cluster)
                .filter { problem in !problem.field.lowercased().holders.contains { unread.contains($0) } }
        }
        guard let cluster, problems.isEmpty else {
            throw ClusterConfigError(problems.inOrderOfFile())
        }
        self.cluster = cluster
        self.file = file
        self.places = reader.places
    }

    /// Reads and checks a configuration that is text already.
    public init(yaml text: String, file: String? = nil) throws(ClusterConfigError) {
        try self.init(yaml: text.utf8, file: file)
    }

    /// No file: nothing is set.
    public static let none = ParsedCluster()

    private init() {
        cluster = Cluster()
        places = [:]
    }
}

extension [ConfigProblem] {
    /// The problems by line and column, those of the file as a whole first; equal ones once.
    func inOrderOfFile() -> [ConfigProblem] {
        var seen: Set<ConfigProblem> = []
        return filter { seen.insert($0).inserted }.enumerated().sorted { first, second in
            let (a, b) = (first.element, second.element)
            return (a.line ?? 0, a.column ?? 0, first.offset) < (b.line ?? 0, b.column ?? 0, second.offset)
        }.map(\.element)
    }
}

extension FieldReader {
    /// The whole file.
    mutating func cluster(_ node: Yams.Node) -> Cluster? {
        let known = [
            "kind", "apiVersion", "name", "nodes", "networking", "featureGates", "runtimeConfig",
            "kubeadmConfigPatches", "kubeadmConfigPatchesJSON6902", "containerdConfigPatches",
            "containerdConfigPatchesJSON6902",
        ]
        if node.isNull {
            report("", node.mark, "the file is empty", "begin it with \(YAMLDocument.header)")
            return nil
        }
        // Of a file of another type only that is said: its fields would all be unknown.
        guard let type = entries(node, ""), isCluster(type, node.mark) else { return nil }
        guard let fields = fields(node, "", known: known) else { return nil }
        var cluster = Cluster()
        cluster.name = string(fields["name"], "name").flatMap { $0.isEmpty ? nil : $0 }
        for item in list(fields["nodes"], "nodes") {
            cluster.nodes.append(self.node(item.node, item.path))
        }
        if let networking = fields["networking"] {
            cluster.networking = self.networking(networking, "networking")
        }
        cluster.featureGates = boolMap(fields["featureGates"], "featureGates")
        cluster.runtimeConfig = stringMap(fields["runtimeConfig"], "runtimeConfig")
        cluster.kubeadmConfigPatches = strings(fields["kubeadmConfigPatches"], "kubeadmConfigPatches")
        cluster.kubeadmConfigPatchesJSON6902 = patches(
            fields["kubeadmConfigPatchesJSON6902"], "kubeadmConfigPatchesJSON6902")
        cluster.containerdConfigPatches = strings(
            fields["containerdConfigPatches"], "containerdConfigPatches")
        cluster.containerdConfigPatchesJSON6902 = strings(
            fields["containerdConfigPatchesJSON6902"], "containerdConfigPatchesJSON6902")
        return cluster
    }

    /// Whether `apiVersion` and `kind` are those of a cluster's configuration.
    private mutating func isCluster(_ entries: [(key: String, mark: Mark?, value: Yams.Node)], _ mark: Mark?)
        -> Bool
    {
        func value(_ name: String) -> (text: String?, mark: Mark?) {
            guard let entry = entries.first(where: { $0.key == name }) else { return (nil, mark) }
            return (
                entry.value.isNull ? nil : entry.value.scalar?.string ?? "", entry.value.mark ?? entry.mark
            )
        }
        let before = problems.count
        let (version, versionMark) = value("apiVersion")
        let write = "write \"apiVersion: \(Cluster.apiVersion)\""
        switch version {
        case Cluster.apiVersion: break
        case nil:
            report("apiVersion", versionMark, "the field is missing", write)
        case "kind.sigs.k8s.io/v1alpha3", "kind.x-k8s.io/v1alpha3":
            report(
                "apiVersion", versionMark, "kind no longer reads v1alpha3",
                "\(write), and rename \"kubeadmConfigPatchesJson6902\" to \"kubeadmConfigPatchesJSON6902\"")
        case let other?:
            report("apiVersion", versionMark, "\(quoted(other)) is not known here", write)
        }
        let (kind, kindMark) = value("kind")
        if kind != "Cluster" {
            report(
                "kind", kindMark, kind.map { "\(quoted($0)) is not known here" } ?? "the field is missing",
                "write \"kind: Cluster\"")
        }
        return problems.count == before
    }

    private mutating func node(_ node: Yams.Node, _ path: String) -> Node {
        let known = [
            "role", "image", "labels", "extraMounts", "extraPortMappings", "kubeadmConfigPatches",
            "kubeadmConfigPatchesJSON6902",
        ]
        let fields = item(node, path, known: known)
        var result = Node()
        result.role = choice(NodeRole.self, fields["role"], "\(path).role") ?? .controlPlane
        result.image = string(fields["image"], "\(path).image").flatMap { $0.isEmpty ? nil : $0 }
        result.labels = stringMap(fields["labels"], "\(path).labels")
        for item in list(fields["extraMounts"], "\(path).extraMounts") {
            result.extraMounts.append(mount(item.node, item.path))
        }
        for item in list(fields["extraPortMappings"], "\(path).extraPortMappings") {
            result.extraPortMappings.append(portMapping(item.node, item.path))
        }
        result.kubeadmConfigPatches = strings(fields["kubeadmConfigPatches"], "\(path).kubeadmConfigPatches")
        result.kubeadmConfigPatchesJSON6902 = patches(
            fields["kubeadmConfigPatchesJSON6902"], "\(path).kubeadmConfigPatchesJSON6902")
        return result
    }

    /// The fields of an item; none if there is nothing, which has been reported.
    private mutating func item(_ node: Yams.Node, _ path: String, known: [String]) -> [String: Yams.Node] {
        node.isNull ? [:] : fields(node, path, known: known) ?? [:]
    }

    private mutating func mount(_ node: Yams.Node, _ path: String) -> Mount {
        let known = ["hostPath", "containerPath", "readOnly", "selinuxRelabel", "propagation"]
        let fields = item(node, path, known: known)
        return Mount(
            hostPath: string(fields["hostPath"], "\(path).hostPath") ?? "",
            containerPath: string(fields["containerPath"], "\(path).containerPath") ?? "",
            readOnly: bool(fields["readOnly"], "\(path).readOnly") ?? false,
            selinuxRelabel: bool(fields["selinuxRelabel"], "\(path).selinuxRelabel") ?? false,
            propagation: choice(MountPropagation.self, fields["propagation"], "\(path).propagation"))
    }

    private mutating func portMapping(_ node: Yams.Node, _ path: String) -> PortMapping {
        let known = ["containerPort", "hostPort", "listenAddress", "protocol"]
        let fields = item(node, path, known: known)
        var mapping = PortMapping(
            containerPort: integer(fields["containerPort"], "\(path).containerPort") ?? 0,
            hostPort: integer(fields["hostPort"], "\(path).hostPort"),
            listenAddress: string(fields["listenAddress"], "\(path).listenAddress"),
            protocol: choice(PortProtocol.self, fields["protocol"], "\(path).protocol", ignoringCase: true))
        if mapping.listenAddress?.isEmpty == true { mapping.listenAddress = nil }
        return mapping
    }

    private mutating func networking(_ node: Yams.Node, _ path: String) -> Networking {
        let known = [
            "ipFamily", "apiServerPort", "apiServerAddress", "podSubnet", "serviceSubnet",
            "disableDefaultCNI",
            "kubeProxyMode", "dnsSearch",
        ]
        var result = Networking()
        guard let fields = fields(node, path, known: known) else { return result }
        func set(_ text: String?) -> String? { text?.isEmpty == true ? nil : text }
        result.ipFamily = choice(IPFamily.self, fields["ipFamily"], "\(path).ipFamily") ?? .ipv4
        result.apiServerPort = integer(fields["apiServerPort"], "\(path).apiServerPort")
        result.apiServerAddress = set(string(fields["apiServerAddress"], "\(path).apiServerAddress"))
        result.podSubnet = set(string(fields["podSubnet"], "\(path).podSubnet"))
        result.serviceSubnet = set(string(fields["serviceSubnet"], "\(path).serviceSubnet"))
        result.disableDefaultCNI = bool(fields["disableDefaultCNI"], "\(path).disableDefaultCNI") ?? false
        result.kubeProxyMode =
            choice(KubeProxyMode.self, fields["kubeProxyMode"], "\(path).kubeProxyMode") ?? .iptables
        if let search = fields["dnsSearch"] { result.dnsSearch = strings(search, "\(path).dnsSearch") }
        return result
    }

    private mutating func patches(_ node: Yams.Node?, _ path: String) -> [TargetedJSONPatch] {
        let known = ["group", "version", "kind", "patch"]
        var result: [TargetedJSONPatch] = []
        for item in list(node, path) {
            let fields = self.item(item.node, item.path, known: known)
            result.append(
                TargetedJSONPatch(
                    group: string(fields["group"], "\(item.path).group") ?? "",
                    version: string(fields["version"], "\(item.path).version") ?? "",
                    kind: string(fields["kind"], "\(item.path).kind") ?? "",
                    patch: string(fields["patch"], "\(item.path).patch") ?? ""))
        }
        return result
    }
}

extension String {
    /// The path of a field and those of everything that holds it, such as `a[0].b`, `a[0]`, `a`.
    fileprivate var holders: [String] {
        indices.filter { "[.".contains(self[$0]) }.map { String(self[..<$0]) } + [self]
    }
}
