internal import Formats
internal import Values

extension Cluster {
    /// The configuration as YAML that `kind` reads: the same text for the same cluster, and read again, the same
    /// cluster.
    public func yaml() -> String {
        JSONValue.object([
            "kind": "Cluster", "apiVersion": .string(Self.apiVersion), "name": name.json,
            "nodes": nodes.json(\.json), "networking": networking.json,
            "featureGates": featureGates.json,
            "runtimeConfig": runtimeConfig.json,
            "kubeadmConfigPatches": kubeadmConfigPatches.json,
            "kubeadmConfigPatchesJSON6902": kubeadmConfigPatchesJSON6902.json(\.json),
            "containerdConfigPatches": containerdConfigPatches.json,
            "containerdConfigPatchesJSON6902": containerdConfigPatchesJSON6902.json,
        ]).withoutUnset.yaml()
    }
}

extension Node {
    fileprivate var json: JSONValue {
        JSONValue.object([
            "role": .string(role.rawValue), "image": image.json, "labels": labels.json,
            "extraMounts": extraMounts.json(\.json), "extraPortMappings": extraPortMappings.json(\.json),
            "kubeadmConfigPatches": kubeadmConfigPatches.json,
            "kubeadmConfigPatchesJSON6902": kubeadmConfigPatchesJSON6902.json(\.json),
        ]).withoutUnset
    }
}

extension Mount {
    fileprivate var json: JSONValue {
        JSONValue.object([
            "hostPath": .string(hostPath), "containerPath": .string(containerPath), "readOnly": readOnly.json,
            "selinuxRelabel": selinuxRelabel.json, "propagation": (propagation?.rawValue).json,
        ]).withoutUnset
    }
}

extension PortMapping {
    fileprivate var json: JSONValue {
        JSONValue.object([
            "containerPort": .integer(Int64(containerPort)), "hostPort": hostPort.json,
            "listenAddress": listenAddress.json, "protocol": (self.protocol?.rawValue).json,
        ]).withoutUnset
    }
}

extension Networking {
    fileprivate var json: JSONValue {
        let members = JSONValue.object([
            "ipFamily": ipFamily == .ipv4 ? .null : .string(ipFamily.rawValue),
            "apiServerAddress": apiServerAddress.json, "apiServerPort": apiServerPort.json,
            "podSubnet": podSubnet.json, "serviceSubnet": serviceSubnet.json,
            "disableDefaultCNI": disableDefaultCNI.json,
            "kubeProxyMode": kubeProxyMode == .iptables ? .null : .string(kubeProxyMode.rawValue),
            // An empty list is not the same as none: it keeps the host's search domains out.
            "dnsSearch": dnsSearch.map { .array($0.map { .string($0) }) } ?? .null,
        ]).withoutUnset
        return members == [:] ? .null : members
    }
}

extension TargetedJSONPatch {
    fileprivate var json: JSONValue {
        JSONValue.object([
            "group": group.isEmpty ? .null : .string(group),
            "version": version.isEmpty ? .null : .string(version),
            "kind": .string(kind), "patch": .string(patch),
        ]).withoutUnset
    }
}

// MARK: - What is not set is not written

extension JSONValue {
    fileprivate var withoutUnset: JSONValue { .object(object.filter { !$0.value.isNull }) }
}

extension String? {
    fileprivate var json: JSONValue { map { .string($0) } ?? .null }
}

extension Int? {
    fileprivate var json: JSONValue { map { .integer(Int64($0)) } ?? .null }
}

extension Bool {
    fileprivate var json: JSONValue { self ? .bool(true) : .null }
}

extension Array {
    fileprivate func json(_ element: (Element) -> JSONValue) -> JSONValue {
        isEmpty ? .null : .array(map(element))
    }
}

extension [String: String] {
    fileprivate var json: JSONValue { isEmpty ? .null : .object(mapValues { .string($0) }) }
}

extension [String: Bool] {
    fileprivate var json: JSONValue { isEmpty ? .null : .object(mapValues { .bool($0) }) }
}

extension [String] {
    fileprivate var json: JSONValue { json { .string($0) } }
}
