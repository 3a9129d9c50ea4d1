internal import CLinux
internal import Glibc

/// The network namespace of another process (network_namespaces(7)).
public enum NetworkNamespace {
    /// Runs the body in a thread that is in the network namespace of a process, and that ends with it.
    public static func run<Value: Sendable>(
        ofProcess pid: Int32, _ body: @escaping @Sendable () -> Value
    ) async throws -> Value {
        let result: Result<Value, SystemError> = await withCheckedContinuation { continuation in
            let started = OwnThread.detach {
                let path = "/proc/\(pid)/ns/net"
                let descriptor = open(path, O_RDONLY | O_CLOEXEC)
                guard descriptor >= 0 else {
                    continuation.resume(returning: .failure(SystemError("open", path, errno)))
                    return
                }
                defer { close(descriptor) }
                let failure = clinux_enter_network_namespace(descriptor)
                guard failure == 0 else {
                    continuation.resume(returning: .failure(SystemError("setns", path, failure)))
                    return
                }
                continuation.resume(returning: .success(body()))
            }
            if !started {
                continuation.resume(returning: .failure(SystemError("pthread_create", "", EAGAIN)))
            }
        }
        return try result.get()
    }
}
