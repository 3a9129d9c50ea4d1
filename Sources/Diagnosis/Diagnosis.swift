public import Doctor
public import EnginePlan
internal import HostFacts
internal import HostReader
internal import Values

/// Reads the facts that the checks are made of.
public enum Diagnosis {
    /// The facts of the place this process runs in.
    ///
    /// - Parameters:
    ///   - settings: What is asked of the engine.
    ///   - purpose: What is to be run.
    ///   - probing: Whether what takes time is tried too: some seconds at most.
    public static func here(
        settings: DindSettings, purpose: Purpose, probing: Bool
    ) async -> HereFacts {
        let root = purpose == .node ? NodePlan.volume(settings) : settings.dataRoot.value
        let host = await FactsReader().read(dataRoot: root)
        return HereFacts(
            host: host, settings: settings, purpose: purpose,
            probes: probing ? await probes(host, root: root, settings: settings) : nil)
    }

    /// Tries what can only be known so.
    private static func probes(_ host: HostFacts, root: String, settings: DindSettings) async -> ProbeFacts {
        async let sync = SyncProber.probe(root)
        async let servers = NameServerProber.probe(
            settings.dns.isEmpty ? host.network.resolver.nameservers : settings.dns,
            name: host.network.clusterName)
        async let registries = RegistryProber.probe(
            mirrors: settings.registryMirrors + settings.strings("registry-mirrors"),
            insecure: settings.insecureRegistries + settings.strings("insecure-registries"))
        return await ProbeFacts(sync: sync, nameServers: servers, registries: registries)
    }
}

extension NetworkFacts {
    /// In a Pod, a name that the cluster's own server knows without asking others; empty elsewhere.
    fileprivate var clusterName: String {
        guard serviceHost != nil else { return "" }
        let zone = resolver.search.first { $0.hasPrefix("svc.") } ?? "svc.cluster.local"
        return "kubernetes.default." + zone
    }
}

extension DindSettings {
    /// A list of strings of the user's `daemon.json`.
    fileprivate func strings(_ key: String) -> [String] {
        guard case .array(let values)? = daemonFile[key] else { return [] }
        return values.compactMap { value in
            if case .string(let text) = value { text } else { nil }
        }
    }
}
