/// A proxy that the environment names, without its user name and password.
public struct ProxyFacts: Sendable, Equatable, Codable {
    /// The variable, such as `HTTPS_PROXY`.
    public var variable: String
    /// The proxy's host, or all of `NO_PROXY`.
    public var host: String

    /// A proxy from its parts.
    public init(variable: String, host: String) {
        self.variable = variable
        self.host = host
    }

    /// Whether only this network namespace reaches it.
    public var isLoopback: Bool {
        host == "localhost" || host.hasPrefix("127.") || host == "::1"
    }

    /// The host in the address of a proxy, as curl and Go read it: the scheme may be left out.
    public static func host(in address: String) -> String {
        var rest = address[...]
        if let scheme = address.firstRange(ofSeparator: "://") { rest = address[scheme...] }
        rest = rest.prefix { $0 != "/" }
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        if rest.hasPrefix("[") { return String(rest.dropFirst().prefix { $0 != "]" }) }
        return String(rest.prefix { $0 != ":" })
    }
}

extension String {
    /// The index behind the first occurrence of a separator.
    fileprivate func firstRange(ofSeparator separator: String) -> Index? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(separator) { return self.index(index, offsetBy: separator.count) }
            index = self.index(after: index)
        }
        return nil
    }
}
