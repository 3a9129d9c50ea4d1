internal import FoundationEssentials
internal import Glibc

/// An API server's URL, taken apart.
struct ServerAddress: Sendable, Equatable {
    let isTLS: Bool
    /// Without the brackets of an IPv6 address.
    let host: String
    let port: Int
    /// What comes before `/api`: empty, or begins with a slash and does not end with one.
    let prefix: String

    /// Reads `https://host:port/prefix`; without a scheme, `http` on port 80 as kubectl does it. Nil for what is no
    /// such URL.
    init?(_ text: String) {
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
    var authority: String {
        let bracketed = host.contains(":") ? "[\(host)]" : host
        return port == (isTLS ? 443 : 80) ? bracketed : "\(bracketed):\(port)"
    }

    /// The URL, for messages.
    var url: String { "\(isTLS ? "https" : "http")://\(authority)\(prefix)" }

    /// Whether the host is an IP address, and no name.
    var isIPAddress: Bool { isIP(host) }
}

/// Whether a text is an IPv4 or IPv6 address.
func isIP(_ text: String) -> Bool {
    ipBytes(text) != nil
}

/// The 4 or 16 bytes of an address; nil for anything else.
func ipBytes(_ text: String) -> [UInt8]? {
    for (family, length) in [(AF_INET, 4), (AF_INET6, 16)] {
        var bytes = [UInt8](repeating: 0, count: length)
        if inet_pton(family, text, &bytes) == 1 { return bytes }
    }
    return nil
}

/// Percent-encodes all but what RFC 3986 calls unreserved.
func percentEncoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            result.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
        }
    }
    return result
}

/// The text of an address of 4 or 16 bytes.
func ipText(_ bytes: [UInt8]) -> String? {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return nil }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
