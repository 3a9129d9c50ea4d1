extension Kubeconfig {
    /// Reads the kubeconfig as kubectl does: the explicit file; or else those of `KUBECONFIG`, merged; or else
    /// `~/.kube/config`. Paths in it become absolute.
    /// <https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files>
    ///
    /// Of several files, those that are missing are passed over, and the first to set a value or a name wins. The
    /// result has nothing in it when there is no file.
    ///
    /// - Throws: ``KubeconfigError``: the explicit file is missing, or one cannot be read.
    public static func load(explicit: String?, environment: [String: String]) throws -> Kubeconfig {
        var merged = Kubeconfig()
        for file in files(explicit: explicit, environment: environment) {
            let text: String
            do {
                text = String(decoding: try readFile(file), as: UTF8.self)
            } catch  where error.isMissing && explicit == nil {
                continue
            } catch  where error.isMissing {
                throw KubeconfigError.missing(file: file)
            } catch {
                throw KubeconfigError.inaccessible(file: file, action: "read", reason: error.reason)
            }
            var config = try Kubeconfig(yaml: text, file: file)
            config.resolvePaths()
            merged.merge(config)
        }
        return merged
    }

    /// The files that ``load(explicit:environment:)`` reads, whether they are there or not.
    public static func files(explicit: String?, environment: [String: String]) -> [String] {
        if let explicit, !explicit.isEmpty { return [explicit] }
        let listed = (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
        if !listed.isEmpty {
            var seen: Set<String> = []
            return listed.filter { seen.insert($0).inserted }
        }
        guard let home = environment["HOME"], !home.isEmpty else { return [] }
        return [home + "/.kube/config"]
    }
}
