/// A `hosts.toml` of containerd: where it asks for the images of one registry.
///
/// Format: `docs/hosts.md` of containerd; read by 1.5 and later.
struct RegistryHosts {
    /// The registry itself.
    let server: String
    /// The URLs to ask, in order, before the registry itself.
    let endpoints: [String]
    private let unverified: Set<String>

    /// `nil` if the host is no registry's name, or a mirror no URL.
    init?(host: String, mirrors: [String], isInsecure: Bool, insecureHosts: [String]) {
        guard Self.isHost(host) else { return nil }
        server = host == "docker.io" ? "https://registry-1.docker.io" : "https://\(host)"
        // As in dockerd, an insecure registry is asked with TLS first, unverified, and then without.
        let own = isInsecure ? ["https://\(host)", "http://\(host)"] : []
        var endpoints: [String] = []
        var unverified = Set(own.prefix(1))
        for mirror in mirrors {
            guard let url = Self.url(mirror) else { return nil }
            if insecureHosts.contains(url.host), url.isTLS { unverified.insert(url.text) }
            endpoints.append(url.text)
        }
        self.endpoints = endpoints + own.filter { !endpoints.contains($0) }
        self.unverified = unverified
    }

    /// The file.
    var toml: String {
        let hosts = endpoints.map { endpoint in
            var table = "\n[host.\"\(endpoint)\"]\n  capabilities = [\"pull\", \"resolve\"]\n"
            if unverified.contains(endpoint) { table += "  skip_verify = true\n" }
            return table
        }
        return "server = \"\(server)\"\n" + hosts.joined()
    }

    private static func isHost(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, String(parts[0]).isDomainName() else { return false }
        return parts.count == 1 || Int(parts[1]).map { (1...65535).contains($0) } == true
    }

    private static func url(_ text: String) -> (text: String, host: String, isTLS: Bool)? {
        for scheme in ["https://", "http://"] where text.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            let host = String(rest.prefix { $0 != "/" })
            let path = rest.dropFirst(host.count).utf8
            guard isHost(host), path.allSatisfy({ $0.isLetterOrDigit || "/._-~%".utf8.contains($0) }) else {
                return nil
            }
            return (text.hasSuffix("/") ? String(text.dropLast()) : text, host, scheme == "https://")
        }
        return nil
    }
}
