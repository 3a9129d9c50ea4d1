internal import Glibc

/// Connections to sockets of this machine.
public enum UnixSocket {
    /// Connects.
    ///
    /// - Returns: The descriptor, which is the caller's to close.
    /// - Throws: `SystemError`: `ENOENT` where there is no such socket, `ECONNREFUSED` where nobody listens.
    public static func connect(_ path: String) throws(SystemError) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw SystemError("connect", path, ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("socket", path, errno) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else {
            let failure = errno
            close(descriptor)
            throw SystemError("connect", path, failure)
        }
        return descriptor
    }
}
