internal import FoundationEssentials

/// The URL of a server, such as an API server or a registry, taken apart.
public struct ServerAddress: Sendable, Equatable {
    /// Whether it is spoken to over TLS.
    public let isTLS: Bool
    /// Without the brackets of an IPv6 address.
    public let host: String
    /// The scheme's own, where the URL names none.
    public let port: Int
    /// Its path, such as what comes before `/api`: empty, or begins with a slash and does not end with one.
    public let prefix: String

    /// Reads `https://host:port/prefix`; without a scheme, `http` on port 80 as kubectl does it. Nil for what is no
    /// such URL.
    public init?(_ text: String) {
        guard let components = URLComponents(string: text.contains("://") ? text : "http://" + text),
            let scheme = components.scheme?.lowercased(), scheme == "https" || scheme == "http",
            var host = components.host, !host.isEmpty, components.query == nil, components.fragment == nil
        else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        isTLS = scheme == "https"
        self.host = host
        port = components.port ?? (isTLS ? 443 : 80)
        guard (1...65535).contains(port) else { return nil }
        var path = components.percentEncodedPath
        while path.hasSuffix("/") { path.removeLast() }
        prefix = path
    }

    /// `host:port`, as a Host header has it; the port is left out when the scheme implies it.
    public var authority: String {
        let bracketed = host.contains(":") ? "[\(host)]" : host
        return port == (isTLS ? 443 : 80) ? bracketed : "\(bracketed):\(port)"
    }

    /// The URL, for messages.
    public var url: String { "\(isTLS ? "https" : "http")://\(authority)\(prefix)" }

    /// Whether the host is an IP address, and no name.
    public var isIPAddress: Bool { isIP(host) }
}
