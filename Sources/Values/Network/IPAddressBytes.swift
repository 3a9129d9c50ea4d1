internal import Glibc

/// Whether a text is an IPv4 or IPv6 address.
public func isIP(_ text: String) -> Bool {
    ipBytes(text) != nil
}

/// The 4 or 16 bytes of an address; nil for anything else.
public func ipBytes(_ text: String) -> [UInt8]? {
    for (family, length) in [(AF_INET, 4), (AF_INET6, 16)] {
        var bytes = [UInt8](repeating: 0, count: length)
        if inet_pton(family, text, &bytes) == 1 { return bytes }
    }
    return nil
}

/// The text of an address of 4 or 16 bytes.
public func ipText(_ bytes: [UInt8]) -> String? {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return nil }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
