internal import Formats
internal import Values

import Yams

/// Finds what kind, or a part behind kind, would refuse in a cluster's configuration: all of it at once, and before
/// anything has started.
///
/// The rules of kind are those of `pkg/internal/apis/config/validate.go`; where Docker, kubeadm or the kubelet would
/// fail later and say less, their rules are here too.
struct ClusterCheck {
    let file: String?
    let places: FieldPlaces
    /// Fields that have their values from settings: they are in no file.
    let settings: Set<String>
    private var found: [ConfigProblem] = []

    init(file: String?, places: FieldPlaces, settings: Set<String> = []) {
        self.file = file
        self.places = places
        self.settings = settings
    }

    /// Everything that is wrong.
    func problems(of cluster: Cluster) -> [ConfigProblem] {
        var check = self
        check.cluster(cluster)
        return check.found
    }

    private mutating func report(_ path: String, _ summary: String, _ cure: String, textLine: Int? = nil) {
        guard !settings.contains(path) else {
            found.append(ConfigProblem(field: path, summary: summary, cure: cure))
            return
        }
        found.append(places.problem(path, summary, cure, file: file, textLine: textLine))
    }

    private mutating func cluster(_ cluster: Cluster) {
        if let name = cluster.name { clusterName(name, of: cluster) }
        networking(cluster.networking)
        for (index, node) in cluster.nodes.enumerated() { self.node(node, "nodes[\(index)]") }
        if cluster.count(of: .controlPlane) == 0 {
            report("nodes", "there is no control plane", "give one node \"role: control-plane\"")
        }
        hostPorts(cluster)
        for gate in cluster.featureGates.keys.sorted()
        where gate.isEmpty || !gate.utf8.allSatisfy(\.isLetterOrDigit) {
            report(
                "featureGates[\(gate)]", "\(quoted(gate)) is not the name of a feature gate",
                "write letters and digits alone")
        }
        for key in cluster.runtimeConfig.keys.sorted()
        where key.isEmpty
            || "\(key)\(cluster.runtimeConfig[key] ?? "")".contains(where: { ",=".contains($0) })
        {
            report(
                "runtimeConfig[\(key)]", "a name or value of --runtime-config has no \",\" or \"=\" in it",
                "give each API a line of its own, such as \"api/alpha: \\\"true\\\"\"")
        }
        patches(cluster.kubeadmConfigPatches, cluster.kubeadmConfigPatchesJSON6902, "")
        for (index, patch) in cluster.containerdConfigPatches.enumerated() {
            let path = "containerdConfigPatches[\(index)]"
            guard !patch.isBlank else {
                report(path, "the patch is empty", "fill it in, or remove it")
                continue
            }
            do throws(TOMLSyntaxError) {
                _ = try JSONValue(toml: patch)
            } catch {
                report(
                    path, "the patch is not TOML: \(error.reason)",
                    "write it as in containerd's config.toml", textLine: error.line)
            }
        }
        for (index, patch) in cluster.containerdConfigPatchesJSON6902.enumerated() {
            if let problem = JSONPatchCheck.problem(in: patch, onlyJSON: true) {
                report(
                    "containerdConfigPatchesJSON6902[\(index)]", problem.summary, problem.cure,
                    textLine: problem.line)
            }
        }
    }

    /// kind: `^[a-z0-9.-]+$`. The names of nodes begin with it, and are names of containers and hosts: Docker has them
    /// begin with a letter or digit, and the kernel's and DNS's limit is 63 bytes.
    private mutating func clusterName(_ name: String, of cluster: Cluster) {
        guard name.utf8.allSatisfy({ $0.isLowercaseOrDigit || "-.".utf8.contains($0) }),
            name.utf8.first?.isLowercaseOrDigit == true
        else {
            report(
                "name", "\(quoted(name)) is not a name for a cluster",
                "use lower-case letters, digits, \"-\" and \".\", and begin with a letter or digit")
            return
        }
        let suffixes = NodeRole.allCases.map { role in
            let count = cluster.count(of: role)
            return count == 0 ? 0 : 1 + role.rawValue.count + (count == 1 ? 0 : String(count).count)
        }
        let loadBalancer = cluster.count(of: .controlPlane) > 1 ? "-external-load-balancer".count : 0
        let longest = 63 - max(loadBalancer, suffixes.max() ?? 0)
        if name.utf8.count > longest {
            report(
                "name",
                "it has \(name.utf8.count) characters, and the names of its nodes leave room for \(longest)",
                "choose a shorter one")
        }
    }

    private mutating func networking(_ networking: Networking) {
        if let port = networking.apiServerPort, !(-1...65535).contains(port) {
            report(
                "networking.apiServerPort", "\(port) is not a port",
                "use 1 to 65535, 0 for a free port, or -1 to let Docker choose")
        }
        if let address = networking.apiServerAddress, IPAddress(address) == nil {
            report(
                "networking.apiServerAddress", "\(quoted(address)) is not an IP address",
                "write an address of this host, such as 0.0.0.0")
        }
        let pods = subnets(networking.podSubnet, networking.ipFamily, "networking.podSubnet")
        let services = subnets(networking.serviceSubnet, networking.ipFamily, "networking.serviceSubnet")
        if pods.contains(where: { pod in services.contains { $0.overlaps(pod) } }) {
            report(
                "networking.serviceSubnet", "it overlaps podSubnet", "choose another network for one of them")
        }
        for (index, domain) in (networking.dnsSearch ?? []).enumerated()
        where !domain.isDomainName(underscores: true) {
            report(
                "networking.dnsSearch[\(index)]", "\(quoted(domain)) is not a domain",
                "write a name such as example.com")
        }
    }

    private mutating func subnets(_ text: String?, _ family: IPFamily, _ path: String) -> [IPSubnet] {
        guard let text else { return [] }
        var subnets: [IPSubnet] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let subnet = IPSubnet(part) else {
                report(
                    path, "\(quoted(String(part))) is not a network",
                    "write an address and a length, such as 10.245.0.0/16")
                return []
            }
            subnets.append(subnet)
        }
        let versions = subnets.map(\.address.isIPv4)
        switch family {
        case .dual:
            if versions.count > 2 || (versions.count == 2 && versions[0] == versions[1]) {
                report(
                    path, "ipFamily dual takes one network, or one of IPv4 and one of IPv6",
                    "write them with a comma between")
            }
        case .ipv4, .ipv6:
            if versions.count > 1 {
                report(
                    path, "ipFamily \(family.rawValue) takes one network, and there are \(versions.count)",
                    "keep one, or set \"ipFamily: dual\"")
            } else if versions != [family == .ipv4] {
                report(
                    path, "\(quoted(text)) is not a network of \(family == .ipv4 ? "IPv4" : "IPv6")",
                    "choose one, or set ipFamily")
            }
        }
        return subnets
    }

    private mutating func node(_ node: Node, _ path: String) {
        if let image = node.image, image.contains(where: \.isWhitespace) {
            report(
                "\(path).image", "\(quoted(image)) is not the name of an image",
                "write it as in \"docker pull\", such as kindest/node:v1.31.2")
        }
        for (key, value) in node.labels.sorted(by: { $0.key < $1.key }) {
            if !key.isLabelKey {
                report(
                    "\(path).labels[\(key)]", "\(quoted(key)) is not the name of a label",
                    "use at most 63 letters, digits, \"-\", \"_\" and \".\", after a domain and \"/\" if need be"
                )
            }
            if !value.isLabelValue {
                report(
                    "\(path).labels[\(key)]", "\(quoted(value)) is not the value of a label",
                    "use at most 63 letters, digits, \"-\", \"_\" and \".\", beginning and ending with a letter or digit"
                )
            }
        }
        for (index, mount) in node.extraMounts.enumerated() {
            let mountPath = "\(path).extraMounts[\(index)]"
            if mount.hostPath.isEmpty {
                report("\(mountPath).hostPath", "the path is missing", "name a file or directory of the host")
            }
            if !mount.containerPath.hasPrefix("/") || mount.containerPath == "/" {
                report(
                    "\(mountPath).containerPath",
                    mount.containerPath.isEmpty
                        ? "the path is missing" : "\(quoted(mount.containerPath)) is no place for a mount",
                    "write an absolute path in the node, below /")
            }
        }
        for (index, mapping) in node.extraPortMappings.enumerated() {
            let mappingPath = "\(path).extraPortMappings[\(index)]"
            if !(1...65535).contains(mapping.containerPort) {
                report(
                    "\(mappingPath).containerPort",
                    mapping.containerPort == 0
                        ? "the port is missing" : "\(mapping.containerPort) is not a port", "use 1 to 65535")
            }
            if let port = mapping.hostPort, !(-1...65535).contains(port) {
                report(
                    "\(mappingPath).hostPort", "\(port) is not a port",
                    "use 1 to 65535, 0 for a free port, or -1 to let Docker choose")
            }
            if let address = mapping.listenAddress, IPAddress(address) == nil {
                report(
                    "\(mappingPath).listenAddress", "\(quoted(address)) is not an IP address",
                    "write an address of this host, such as 127.0.0.1")
            }
        }
        patches(node.kubeadmConfigPatches, node.kubeadmConfigPatchesJSON6902, "\(path).")
    }

    /// Ports of the host that are asked for twice. kind looks at one node at a time; the host has each port once.
    private mutating func hostPorts(_ cluster: Cluster) {
        struct Listener {
            let path: String
            let port: Int
            let address: IPAddress?
            let `protocol`: PortProtocol
        }
        var listeners: [Listener] = []
        let networking = cluster.networking
        if let port = networking.apiServerPort, port > 0, let address = networking.apiServerAddress {
            listeners.append(
                Listener(
                    path: "networking.apiServerPort", port: port, address: IPAddress(address), protocol: .tcp)
            )
        }
        for (nodeIndex, node) in cluster.nodes.enumerated() {
            for (index, mapping) in node.extraPortMappings.enumerated() {
                guard let port = mapping.hostPort, port > 0 else { continue }
                let listener = Listener(
                    path: "nodes[\(nodeIndex)].extraPortMappings[\(index)]", port: port,
                    address: IPAddress(mapping.listenAddress ?? "0.0.0.0"), protocol: mapping.protocol ?? .tcp
                )
                let other = listeners.first { other in
                    guard other.port == port, other.protocol == listener.protocol, let first = other.address,
                        let second = listener.address
                    else { return false }
                    return first == second || first.isWildcard || second.isWildcard
                }
                if let other {
                    report(
                        "\(listener.path).hostPort",
                        "port \(port)/\(listener.protocol.rawValue) of the host is taken by \(other.path)",
                        "choose another port, or another listenAddress")
                }
                listeners.append(listener)
            }
        }
    }

    private mutating func patches(_ merge: [String], _ json: [TargetedJSONPatch], _ prefix: String) {
        for (index, patch) in merge.enumerated() {
            let path = "\(prefix)kubeadmConfigPatches[\(index)]"
            let documents = KubeadmPatch.documents(in: patch)
            if documents.isEmpty { report(path, "the patch is empty", "fill it in, or remove it") }
            for document in documents {
                switch document {
                case .failure(let flaw): report(path, flaw.summary, flaw.cure, textLine: flaw.line)
                case .success(let target): self.target(target, path)
                }
            }
        }
        for (index, patch) in json.enumerated() {
            let path = "\(prefix)kubeadmConfigPatchesJSON6902[\(index)]"
            if let problem = JSONPatchCheck.problem(in: patch.patch, onlyJSON: false) {
                report("\(path).patch", problem.summary, problem.cure, textLine: problem.line)
            }
            target(
                KubeadmPatch(kind: patch.kind, apiVersion: patch.apiVersion), path, versionField: "version")
        }
    }

    /// kind skips a patch that matches none of its documents, and says nothing.
    private mutating func target(_ patch: KubeadmPatch, _ path: String, versionField: String = "apiVersion") {
        guard let expected = KubeadmPatch.apiVersions[patch.kind] else {
            let known = KubeadmPatch.apiVersions.keys.sorted()
            let cure =
                nearestName(to: patch.kind, among: known).map { "did you mean \"\($0)\"?" }
                ?? "one of: \(known.joined(separator: ", "))"
            let what =
                patch.kind.isEmpty ? "it names no kind" : "there is no document of kind \(quoted(patch.kind))"
            report(
                "\(path).kind", "\(what), so kind would skip the patch", cure,
                textLine: patch.line(of: "kind"))
            return
        }
        guard !patch.apiVersion.isEmpty, !expected.contains(patch.apiVersion) else { return }
        report(
            "\(path).\(versionField)",
            "no \(patch.kind) has apiVersion \(quoted(patch.apiVersion)), so kind would skip the patch",
            "leave the version out, which matches any, or write \(expected.joined(separator: " or "))",
            textLine: patch.line(of: "apiVersion"))
    }
}

extension UInt8 {
    var isLowercaseOrDigit: Bool { (97...122).contains(self) || (48...57).contains(self) }
    var isLetterOrDigit: Bool { isLowercaseOrDigit || (65...90).contains(self) }
}

extension String {
    /// Whether there is nothing in it but blanks.
    var isBlank: Bool { allSatisfy(\.isWhitespace) }

    /// RFC 1123: labels of letters, digits and inner hyphens, at most 63 each, at most 253 in all.
    func isDomainName(underscores: Bool = false, wildcard: Bool = false) -> Bool {
        var name = self[...]
        if wildcard, name.hasPrefix("*.") { name = name.dropFirst(2) }
        if underscores, name.hasSuffix("."), name.count > 1 { name = name.dropLast() }
        guard !name.isEmpty, name.utf8.count <= 253 else { return false }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { $0.isLetterOrDigit || $0 == 45 || (underscores && $0 == 95) }
        }
    }

    /// The rule of Kubernetes for the values of labels.
    fileprivate var isLabelValue: Bool {
        guard let first = utf8.first, let last = utf8.last else { return true }
        return utf8.count <= 63 && first.isLetterOrDigit && last.isLetterOrDigit
            && utf8.allSatisfy { $0.isLetterOrDigit || $0 == 45 || $0 == 95 || $0 == 46 }
    }

    /// The rule of Kubernetes for the names of labels: a domain and a slash if need be, and a name.
    fileprivate var isLabelKey: Bool {
        let parts = split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.last, !name.isEmpty, name.isLabelValue, parts.count <= 2 else { return false }
        return parts.count == 1 || (parts[0] == parts[0].lowercased() && parts[0].isDomainName())
    }
}
