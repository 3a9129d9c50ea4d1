internal import Values

extension ProxySettings {
    /// Reads the URL of a proxy that the client can go through.
    ///
    /// - Throws: A reason, which holds nothing of the URL but its scheme.
    static func supported(url: String) throws(ProxyError) -> ProxySettings {
        let proxy = try ProxySettings(url: url)
        switch proxy.kind {
        case .https:
            throw ProxyError(reason: "a proxy that is spoken to over TLS (https://) is not supported")
        case .socks5 where proxy.user != nil:
            throw ProxyError(reason: "a SOCKS proxy that wants a password is not supported")
        case .http, .socks5: return proxy
        }
    }
}
