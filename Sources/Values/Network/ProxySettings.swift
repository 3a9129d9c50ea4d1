internal import FoundationEssentials

/// The proxy on the way to a server.
public struct ProxySettings: Sendable, Equatable {
    /// How a proxy is spoken to.
    public enum Kind: String, Sendable {
        /// HTTP's CONNECT.
        case http
        /// The same over TLS.
        case https
        /// SOCKS version 5 (RFC 1928).
        case socks5

        fileprivate var usualPort: Int {
            switch self {
            case .http: 80
            case .https: 443
            case .socks5: 1080
            }
        }
    }

    /// How it is spoken to.
    public let kind: Kind
    /// Without the brackets of an IPv6 address.
    public let host: String
    /// What is usual for its kind, where the URL names none.
    public let port: Int
    /// Whose password it is.
    public let user: String?
    /// What the proxy asks for.
    public let password: Secret<String>?

    /// Reads `proxy-url`, or what `HTTPS_PROXY` holds.
    ///
    /// - Throws: A reason, which holds nothing of the URL but its scheme: it may have a password in it.
    public init(url: String) throws(ProxyError) {
        guard let components = URLComponents(string: url.contains("://") ? url : "http://" + url),
            let scheme = components.scheme?.lowercased(), var host = components.host, !host.isEmpty
        else { throw ProxyError(reason: "the proxy's URL cannot be read") }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        switch scheme {
        case "http": kind = .http
        case "socks5", "socks5h": kind = .socks5
        case "https": kind = .https
        default: throw ProxyError(reason: "a proxy of the kind \(scheme):// is not supported")
        }
        self.host = host
        port = components.port ?? kind.usualPort
        guard (1...65535).contains(port) else { throw ProxyError(reason: "the proxy's port is none") }
        user = components.user
        password = components.password.map { Secret($0) }
    }

    /// Without user and password, for messages.
    public var url: String {
        "\(kind.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// What the environment names for a server, by the rules of Go's `net/http`: `HTTPS_PROXY` or `HTTP_PROXY`, in
    /// upper or lower case, but for what `NO_PROXY` excepts, and never for this machine itself.
    /// <https://pkg.go.dev/golang.org/x/net/http/httpproxy>
    public static func url(for server: ServerAddress, environment: [String: String]) -> String? {
        // A variable that is empty is as good as none: the other spelling counts then.
        func value(_ name: String) -> String? {
            [name, name.lowercased()].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        guard let url = value(server.isTLS ? "HTTPS_PROXY" : "HTTP_PROXY"),
            !isExcepted(server, by: value("NO_PROXY") ?? "")
        else { return nil }
        return url
    }

    /// Whether a list such as that of `NO_PROXY` names a server, or the server is this machine.
    public static func isExcepted(_ server: ServerAddress, by list: String) -> Bool {
        let host = server.host.lowercased()
        let address = ipBytes(host)
        if host == "localhost" || address?.first == 127 && address?.count == 4 { return true }
        if address == [UInt8](repeating: 0, count: 15) + [1] { return true }
        for item in list.split(separator: ",") {
            var item = item.split(whereSeparator: \.isWhitespace).first.map { $0.lowercased() } ?? ""
            if item == "*" { return true }
            if let range = AddressRange(item) {
                if let address, range.contains(address) { return true }
                continue
            }
            if let colon = item.lastIndex(of: ":"), ipBytes(item) == nil {
                guard Int(item[item.index(after: colon)...]) == server.port else { continue }
                item = String(item[..<colon])
                if item.hasPrefix("["), item.hasSuffix("]") { item = String(item.dropFirst().dropLast()) }
            }
            if let excepted = ipBytes(item) {
                if excepted == address { return true }
                continue
            }
            if item.hasPrefix("*.") { item.removeFirst() }
            guard !item.isEmpty else { continue }
            // ".example.com" is for what is below it; "example.com" for itself too.
            if item.hasPrefix(".") ? host.hasSuffix(item) : host == item || host.hasSuffix("." + item) {
                return true
            }
        }
        return false
    }
}

/// Why a proxy cannot be used.
public struct ProxyError: Error {
    /// In words, without the URL.
    public let reason: String

    /// A reason.
    public init(reason: String) {
        self.reason = reason
    }
}

/// Addresses in CIDR notation.
private struct AddressRange {
    let network: [UInt8]
    let bits: Int

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let network = ipBytes(String(parts[0])), let bits = Int(parts[1]),
            (0...network.count * 8).contains(bits)
        else { return nil }
        self.network = network
        self.bits = bits
    }

    func contains(_ address: [UInt8]) -> Bool {
        guard address.count == network.count else { return false }
        return zip(address, network).enumerated().allSatisfy { index, pair in
            let relevant = min(8, max(0, bits - index * 8))
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> relevant)
            return pair.0 & mask == pair.1 & mask
        }
    }
}
