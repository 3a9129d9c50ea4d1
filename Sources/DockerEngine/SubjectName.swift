internal import Glibc

/// A name that a server's certificate is valid for.
public enum SubjectName: Sendable, Hashable, CustomStringConvertible {
    /// A host name, in lower case.
    case dns(String)
    /// An IP address, 4 or 16 bytes.
    case ip([UInt8])

    /// Reads a host name; nil when it cannot be one. A leading `*.` is allowed.
    public init?(dns name: some StringProtocol) {
        let name = name.lowercased()
        let labels = (name.hasPrefix("*.") ? name.dropFirst(2) : name[...])
            .split(separator: ".", omittingEmptySubsequences: false)
        let allowed = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy {
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                        || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                }
        }
        guard allowed, name.utf8.count <= 253 else { return nil }
        self = .dns(name)
    }

    /// Reads an IPv4 or IPv6 address; nil when it is none.
    public init?(ip text: some StringProtocol) {
        let text = String(text)
        for (family, length) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: length)
            if inet_pton(family, text, &bytes) == 1 {
                self = .ip(bytes)
                return
            }
        }
        return nil
    }

    /// Reads the form of DOCKER_TLS_SAN: `DNS:host,IP:10.0.0.1`. Spaces around the commas do not matter.
    ///
    /// - Throws: ``DaemonCertificatesError/invalidSubjectName(_:)`` for what is not in this form.
    public static func parse(_ list: String) throws(DaemonCertificatesError) -> [SubjectName] {
        var names: [SubjectName] = []
        for item in list.split(separator: ",") {
            var text = item.drop { $0 == " " }
            while text.last == " " { text.removeLast() }
            if text.isEmpty { continue }
            let name: SubjectName? =
                if text.hasPrefix("DNS:") {
                    SubjectName(dns: text.dropFirst(4))
                } else if text.hasPrefix("IP:") {
                    SubjectName(ip: text.dropFirst(3))
                } else {
                    nil
                }
            guard let name else { throw .invalidSubjectName(String(text)) }
            names.append(name)
        }
        return names
    }

    /// The form of DOCKER_TLS_SAN.
    public var description: String {
        switch self {
        case .dns(let name): return "DNS:\(name)"
        case .ip(let bytes):
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            let family = bytes.count == 4 ? AF_INET : AF_INET6
            guard bytes.count == 4 || bytes.count == 16,
                inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil
            else { return "IP:\(bytes)" }
            return "IP:"
                + String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }
}
