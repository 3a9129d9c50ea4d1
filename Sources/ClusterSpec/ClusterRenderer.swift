extension Cluster {
    /// The configuration as YAML that `kind` reads: the same text for the same cluster, and read again, the same
    /// cluster.
    public func yaml() -> String {
        var writer = YAMLWriter()
        writer.field("kind", "Cluster")
        writer.field("apiVersion", Self.apiVersion)
        writer.field("name", name)
        writer.list("nodes", nodes) { node, writer in node.write(to: &writer) }
        if networking != Networking() {
            writer.nested("networking") { networking.write(to: &$0) }
        }
        writer.map("featureGates", featureGates.mapValues { $0 ? "true" : "false" }, quotingValues: false)
        writer.map("runtimeConfig", runtimeConfig)
        writer.strings("kubeadmConfigPatches", kubeadmConfigPatches)
        writer.list("kubeadmConfigPatchesJSON6902", kubeadmConfigPatchesJSON6902) { $0.write(to: &$1) }
        writer.strings("containerdConfigPatches", containerdConfigPatches)
        writer.strings("containerdConfigPatchesJSON6902", containerdConfigPatchesJSON6902)
        return writer.text
    }
}

extension Node {
    fileprivate func write(to writer: inout YAMLWriter) {
        writer.field("role", role.rawValue)
        writer.field("image", image)
        writer.map("labels", labels)
        writer.list("extraMounts", extraMounts) { mount, writer in
            writer.field("hostPath", mount.hostPath)
            writer.field("containerPath", mount.containerPath)
            writer.flag("readOnly", mount.readOnly)
            writer.flag("selinuxRelabel", mount.selinuxRelabel)
            writer.field("propagation", mount.propagation?.rawValue)
        }
        writer.list("extraPortMappings", extraPortMappings) { mapping, writer in
            writer.number("containerPort", mapping.containerPort)
            writer.number("hostPort", mapping.hostPort)
            writer.field("listenAddress", mapping.listenAddress)
            writer.field("protocol", mapping.protocol?.rawValue)
        }
        writer.strings("kubeadmConfigPatches", kubeadmConfigPatches)
        writer.list("kubeadmConfigPatchesJSON6902", kubeadmConfigPatchesJSON6902) { $0.write(to: &$1) }
    }
}

extension Networking {
    fileprivate func write(to writer: inout YAMLWriter) {
        if ipFamily != .ipv4 { writer.field("ipFamily", ipFamily.rawValue) }
        writer.field("apiServerAddress", apiServerAddress)
        writer.number("apiServerPort", apiServerPort)
        writer.field("podSubnet", podSubnet)
        writer.field("serviceSubnet", serviceSubnet)
        writer.flag("disableDefaultCNI", disableDefaultCNI)
        if kubeProxyMode != .iptables { writer.field("kubeProxyMode", kubeProxyMode.rawValue) }
        // An empty list is not the same as none: it keeps the host's search domains out.
        if let dnsSearch { writer.strings("dnsSearch", dnsSearch, keepingEmpty: true) }
    }
}

extension TargetedJSONPatch {
    fileprivate func write(to writer: inout YAMLWriter) {
        if !group.isEmpty { writer.field("group", group) }
        if !version.isEmpty { writer.field("version", version) }
        writer.field("kind", kind)
        writer.field("patch", patch)
    }
}
