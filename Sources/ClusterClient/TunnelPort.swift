internal import Glibc

/// The local port of a tunnel.
enum TunnelPort {
    /// Below the ports that Linux gives to outgoing connections (32768 and up), and above what services use.
    private static let range = 20000..<32000

    /// A port that nothing listens at now: the same for the same cluster, where that is free.
    static func choose(for uid: String) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
        for byte in uid.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let start = Int(hash % UInt64(range.count))
        for offset in range.indices.indices {
            let port = range.lowerBound + (start + offset) % range.count
            if isFree(port) { return port }
        }
        return range.lowerBound + start
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
