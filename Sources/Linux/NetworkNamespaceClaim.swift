internal import Glibc

/// A name that one process at a time can hold in a network namespace: an abstract unix socket (unix(7)). It goes
/// with the process, and whoever shares the namespace sees it in /proc/net/unix.
public final class NetworkNamespaceClaim: Sendable {
    private let descriptor: Int32

    /// Takes the name.
    ///
    /// - Parameter name: As /proc/net/unix shows it: `@` and the name proper.
    /// - Throws: `SystemError` with EADDRINUSE where somebody else holds it.
    public init(name: String) throws(SystemError) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("socket", name, errno) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // An abstract name has a zero byte where the listing has the @.
        let bytes = [0] + Array(name.utf8.dropFirst())
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            path.copyBytes(from: bytes.prefix(path.count))
        }
        let length =
            MemoryLayout<sa_family_t>.size + min(bytes.count, MemoryLayout.size(ofValue: address.sun_path))
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(length))
            }
        }
        guard result == 0, listen(descriptor, 1) == 0 else {
            let failure = errno
            close(descriptor)
            throw SystemError("bind", name, failure)
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
