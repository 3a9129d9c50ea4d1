internal import CLinux
internal import Glibc

/// A cgroup namespace of our own (cgroup_namespaces(7)), held open. A namespace belongs to a thread, so
/// it is made in one that ends at once, and children are put into it as they start.
public final class CgroupNamespace: Sendable {
    let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Makes a namespace whose root is this process's cgroup, and calls `mount` inside it: what is mounted
    /// there has that root.
    public static func make(mount: @escaping @Sendable () throws(SystemError) -> Void) throws(SystemError)
        -> CgroupNamespace
    {
        let result = OwnThread.run { () -> Result<CgroupNamespace, SystemError> in
            let failure = clinux_new_cgroup_namespace()
            guard failure == 0 else { return .failure(SystemError("unshare", "cgroup namespace", failure)) }
            let path = "/proc/thread-self/ns/cgroup"
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return .failure(SystemError("open", path, errno)) }
            let namespace = CgroupNamespace(descriptor: descriptor)
            do throws(SystemError) {
                try mount()
                return .success(namespace)
            } catch {
                return .failure(error)
            }
        }
        // Not in this thread instead: the namespace would be that of all that this one goes on to do.
        guard let result else { throw SystemError("pthread_create", "cgroup namespace", EAGAIN) }
        return try result.get()
    }
}
