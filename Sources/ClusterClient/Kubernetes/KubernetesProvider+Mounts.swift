internal import ClusterSpec
internal import KubernetesAPI
internal import Values

extension KubernetesProvider {
    /// What stands for each path that kind's file mounts into nodes: what was chosen, which has to be there, or else a
    /// copy of what is on this machine.
    func mounts(of request: ClusterSpec) async throws -> [String: MountSource] {
        var mounts: [String: MountSource] = [:]
        var local = LocalMount()
        for path in Set(request.parsed.cluster.nodes.flatMap(\.extraMounts).map(\.hostPath)).sorted() {
            let source = try request.mounts[path] ?? local.copy(of: path)
            switch source {
            case .configMap(let name, let key): try await check(.configMaps, name, key: key, for: path)
            case .secret(let name, let key): try await check(.secrets, name, key: key, for: path)
            case .host, .copy: break
            }
            mounts[path] = source
        }
        return mounts
    }

    /// A Pod would wait for what is not there until its time is over.
    private func check(_ resource: APIResource, _ name: String, key: String?, for path: String) async throws {
        let object: JSONValue?
        do {
            object = try await client.find(resource, name, namespace: namespace)
        } catch let error as KubernetesError where error.isForbidden {
            return  // Whoever may not read it may still have it mounted.
        }
        let kind = resource.kind
        guard let object else {
            throw KinkajouError(
                "extraMounts of \(path): there is no \(kind) \"\(name)\" in \(place)",
                cure: "make it, or name another with --extra-mount", code: .usage)
        }
        guard let key else { return }
        let keys = Set(object["data"].object.keys).union(object["binaryData"].object.keys)
        guard keys.contains(key) else {
            throw KinkajouError(
                "extraMounts of \(path): the \(kind) \"\(name)\" has no key \"\(key)\"",
                cure: keys.isEmpty
                    ? "put it in" : "choose one of its keys: \(keys.sorted().joined(separator: ", "))",
                code: .usage)
        }
    }
}
