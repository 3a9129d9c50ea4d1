/// The sockets by which a Docker engine is known to run in a network namespace, from whatever container: the
/// kernel lists those of the whole namespace, with the paths that their owners gave them.
public enum EngineSockets {
    /// The abstract socket that an engine of ours holds while it lives: one to a network namespace.
    public static let claim = "@kinkajou/engine"

    /// The listening sockets of engines in a `/proc/net/unix` text (unix(7)).
    ///
    /// Every dockerd has one for libnetwork in its exec-root; that of the API may be anywhere, or another
    /// program's.
    public static func parse(_ text: String) -> [String] {
        var found: [String] = []
        for line in text.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ", maxSplits: 7)
            // The flag for listening (__SO_ACCEPTCON, include/linux/net.h).
            guard fields.count == 8, let flags = UInt32(fields[3], radix: 16), flags & 0x10000 != 0 else {
                continue
            }
            let path = String(fields[7])
            let isEngine = path.hasSuffix(".sock") && path.contains("/libnetwork/") || path == claim
            if isEngine, !found.contains(path) { found.append(path) }
        }
        return found
    }
}
