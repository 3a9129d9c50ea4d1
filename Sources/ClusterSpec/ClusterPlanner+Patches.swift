import Yams

// What the user's patches have to be like for the parts that they meet: the documents that this kind writes, the
// kubelet of the node image, its containerd. What these would pass over in silence, or end with, is refused.
extension ClusterPlanner {
    /// A patch for one of kubeadm's documents.
    private struct FiledPatch {
        /// The field of the file that it is in.
        let field: String
        /// The field whose text its lines are counted in.
        let textField: String
        let target: KubeadmPatch
        /// Those of a JSON patch.
        var operations: [JSONPatchCheck.Operation] = []
        /// The nodes whose documents it is for.
        let nodes: [Node]
    }

    /// All of the file's patches for kubeadm's documents.
    private var patches: [FiledPatch] {
        var found: [FiledPatch] = []
        func add(_ merge: [String], _ json: [TargetedJSONPatch], _ prefix: String, _ nodes: [Node]) {
            for (index, text) in merge.enumerated() {
                let field = "\(prefix)kubeadmConfigPatches[\(index)]"
                for case .success(let target) in KubeadmPatch.documents(in: text) {
                    found.append(FiledPatch(field: field, textField: field, target: target, nodes: nodes))
                }
            }
            for (index, patch) in json.enumerated() {
                let field = "\(prefix)kubeadmConfigPatchesJSON6902[\(index)]"
                found.append(
                    FiledPatch(
                        field: field, textField: field + ".patch",
                        target: KubeadmPatch(kind: patch.kind, apiVersion: patch.apiVersion),
                        operations: (try? JSONPatchCheck.operations(in: patch.patch)) ?? [], nodes: nodes))
            }
        }
        let cluster = parsed.cluster
        add(cluster.kubeadmConfigPatches, cluster.kubeadmConfigPatchesJSON6902, "", plan.cluster.nodes)
        for (index, node) in cluster.nodes.enumerated() {
            add(
                node.kubeadmConfigPatches, node.kubeadmConfigPatchesJSON6902, "nodes[\(index)].",
                [plan.cluster.nodes[index]])
        }
        return found
    }

    private func written(for version: KubernetesVersion) -> KubeadmAPI {
        .written(for: version, by: place.facts.kind)
    }

    // MARK: - kubeadm's documents

    mutating func checkPatches() {
        let patches = patches
        for patch in patches {
            checkVersion(of: patch)
            checkArguments(of: patch)
            collectFeatureGates(of: patch)
            if patch.field.hasPrefix("nodes["), patch.target.value(at: ["apiServer", "certSANs"]) != nil,
                place.facts.kind.map({ $0 < .firstWithV1beta4 }) ?? true
            {
                plan.warnings.append(
                    problem(
                        patch.field,
                        "a kind before 0.32 replaces apiServer.certSANs with this list, ours included",
                        "move the patch to the cluster's kubeadmConfigPatches, or use kubeadmConfigPatchesJSON6902"
                    ))
            }
        }
        for (name, isOn) in plan.cluster.featureGates.sorted(by: { $0.key < $1.key }) {
            plan.featureGates.append(
                FeatureGate(name: name, isOn: isOn, place: problem("featureGates[\(name)]", "", "")))
        }
    }

    /// A patch whose `apiVersion` is not that of kind's document is skipped without a word.
    private mutating func checkVersion(of patch: FiledPatch) {
        let versions = patch.nodes.map { version(of: $0) }
        // A node of unknown version may be one that the patch is for.
        let needed = versions.map { $0.flatMap { patch.target.neededAPIVersion(for: written(for: $0)) } }
        guard let missed = versions.indices.first(where: { needed[$0] != nil }),
            let version = versions[missed], let right = needed[missed]
        else { return }
        let writer = place.facts.kind.map { "kind \($0)" } ?? "kind"
        let problem = problem(
            patch.field,
            "\(writer) writes \(patch.target.kind) of \(right) for Kubernetes \(version), and would skip a patch for \(patch.target.apiVersion)",
            "write \"apiVersion: \(right)\", or leave it out, which matches any",
            textLine: patch.target.line(of: "apiVersion"))
        if needed.contains(where: { $0 == nil }) {
            plan.warnings.append(problem)
        } else {
            problems.append(problem)
        }
    }

    private static let argumentPaths: [String: [[String]]] = [
        "ClusterConfiguration": [
            ["apiServer", "extraArgs"], ["controllerManager", "extraArgs"], ["scheduler", "extraArgs"],
            ["etcd", "local", "extraArgs"],
        ],
        "InitConfiguration": [["nodeRegistration", "kubeletExtraArgs"]],
        "JoinConfiguration": [["nodeRegistration", "kubeletExtraArgs"]],
    ]

    /// `extraArgs` is a mapping up to v1beta3 and a list from v1beta4 on. kubeadm ends with the wrong one, or kind drops
    /// it without a word.
    private mutating func checkArguments(of patch: FiledPatch) {
        let versions = patch.nodes.compactMap { version(of: $0) }
        let withMapping = versions.first { !written(for: $0).hasArgumentLists }
        let withList = versions.first { written(for: $0).hasArgumentLists }
        for path in Self.argumentPaths[patch.target.kind] ?? [] {
            let name = path.joined(separator: ".")
            if let value = patch.target.value(at: path) {
                check(
                    value.node, name, patch, line: value.line, withMapping: withMapping,
                    // Where the patch is for any version, kind turns a mapping into a list.
                    withList: patch.target.apiVersion.isEmpty ? nil : withList)
            }
            let pointer = "/" + path.joined(separator: "/")
            for operation in patch.operations where operation.name != "test" {
                if operation.path == pointer, let value = operation.value {
                    check(
                        value, name, patch, line: operation.line, withMapping: withMapping, withList: withList
                    )
                } else if operation.path.hasPrefix(pointer + "/") {
                    let rest = operation.path.dropFirst(pointer.count + 1).prefix { $0 != "/" }
                    let isIndex = rest == "-" || (!rest.isEmpty && rest.allSatisfy(\.isNumber))
                    refuse(
                        isList: isIndex, name, patch, line: operation.line, withMapping: withMapping,
                        withList: withList)
                }
            }
        }
    }

    private mutating func check(
        _ value: Yams.Node, _ name: String, _ patch: FiledPatch, line: Int?, withMapping: KubernetesVersion?,
        withList: KubernetesVersion?
    ) {
        if value.sequence != nil {
            refuse(isList: true, name, patch, line: line, withMapping: withMapping, withList: nil)
        } else if value.mapping != nil {
            refuse(isList: false, name, patch, line: line, withMapping: nil, withList: withList)
        }
    }

    private mutating func refuse(
        isList: Bool, _ name: String, _ patch: FiledPatch, line: Int?, withMapping: KubernetesVersion?,
        withList: KubernetesVersion?
    ) {
        guard let version = isList ? withMapping : withList else { return }
        let api = written(for: version).rawValue
        problems.append(
            problem(
                patch.textField,
                "\(name) is a \(isList ? "mapping" : "list") in the \(api) that Kubernetes \(version) gets, and this is \(isList ? "a list" : "a mapping")",
                isList
                    ? "write it as a mapping, such as {v: \"4\"}"
                    : "write it as a list, such as [{name: v, value: \"4\"}]", textLine: line))
    }

    private mutating func collectFeatureGates(of patch: FiledPatch) {
        guard ["KubeletConfiguration", "KubeProxyConfiguration"].contains(patch.target.kind),
            let gates = patch.target.value(at: ["featureGates"])?.node.mapping
        else { return }
        for (key, value) in gates {
            guard let name = key.scalar?.string, let isOn = value.bool,
                let found = patch.target.value(at: ["featureGates", name])
            else { continue }
            plan.featureGates.append(
                FeatureGate(
                    name: name, isOn: isOn, place: problem(patch.textField, "", "", textLine: found.line)))
        }
    }

    // MARK: - cgroup version 1

    /// Whether the file itself lets the kubelet run on cgroup version 1. A patch that forbids it is refused.
    mutating func checkCgroupPatches(_ version: KubernetesVersion) -> Bool {
        var isAllowed = false
        for patch in patches where patch.target.kind == "KubeletConfiguration" {
            var settings: [(value: Yams.Node?, line: Int?)] = []
            if let value = patch.target.value(at: ["failCgroupV1"]) {
                settings.append((value.node, value.line))
            }
            for operation in patch.operations
            where operation.path == "/failCgroupV1" && operation.name != "test" {
                settings.append((operation.value, operation.line))
            }
            for (value, line) in settings {
                if value?.bool == false {
                    isAllowed = true
                    continue
                }
                problems.append(
                    problem(
                        patch.textField,
                        "the nodes have cgroup v1, and with failCgroupV1 the kubelet of Kubernetes \(version) would end at once",
                        "leave failCgroupV1 out, which sets it to false here; or use a host with cgroup v2",
                        textLine: line))
            }
        }
        return isAllowed
    }

    // MARK: - containerd

    mutating func checkContainerdPatches() {
        let images = plan.cluster.nodes.map { node in
            node.image.flatMap { place.facts.images[$0]?.containerd }
        }
        for (index, text) in parsed.cluster.containerdConfigPatches.enumerated() {
            let field = "containerdConfigPatches[\(index)]"
            let patch = ContainerdConfiguration(toml: text)
            if patch.hasMirrors, patch.registryDirectory?.isEmpty != true,
                patch.registryDirectory != nil
                    || images.contains(where: { $0?.registryDirectory?.isEmpty == false })
            {
                problems.append(
                    problem(
                        field,
                        "containerd does not start with registry.mirrors beside config_path, which "
                            + (patch.registryDirectory == nil ? "the node image sets" : "the patch sets too"),
                        "use --registry-mirror, or hosts.toml files in a directory that is mounted at \(Self.registriesInNode)"
                    ))
            }
            guard let format = patch.format ?? patch.formatOfTables else { continue }
            let others = images.filter { $0?.format != nil && $0?.format != format }
            guard let other = others.first??.format else { continue }
            let problem = problem(
                field,
                "it is for containerd's configuration of version \(format), and that of the node image has version \(other): "
                    + "it would be passed over",
                "write the tables of version \(other) (such as [\(ContainerdConfiguration.registries(format: other))])"
            )
            if others.count == images.count {
                problems.append(problem)
            } else {
                plan.warnings.append(problem)
            }
        }
    }
}
