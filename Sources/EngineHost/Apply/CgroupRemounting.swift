internal import EnginePlan
internal import Linux

/// Mounts cgroup hierarchies anew over those that are there, seen from the caller's cgroup namespace.
enum CgroupRemounting {
    /// The kernel refuses a file system on a mount point that has the same one already (EBUSY,
    /// fs/namespace.c, do_add_mount), but not a bind of it: so it is mounted here first.
    private static let workingDirectory = "/run/kinkajou/cgroup"

    /// Mounts all of them, or none.
    static func perform(_ remounts: [CgroupRemount]) throws(SystemError) {
        try Files.makeDirectories(workingDirectory)
        var done: [String] = []
        do throws(SystemError) {
            for remount in remounts {
                try mount(remount)
                done.append(remount.target)
            }
        } catch {
            for target in done.reversed() { try? Mounting.unmount(target, lazily: true) }
            try? Files.removeDirectory(workingDirectory)
            throw error
        }
        try Files.removeDirectory(workingDirectory)
    }

    private static func mount(_ remount: CgroupRemount) throws(SystemError) {
        try Mounting.mount(
            remount.fileSystem, source: "cgroup", at: workingDirectory, options: remount.options)
        var failure: SystemError?
        do throws(SystemError) {
            try Mounting.bind(workingDirectory, at: remount.target)
        } catch {
            failure = error
        }
        do throws(SystemError) {
            try Mounting.unmount(workingDirectory)
        } catch {
            // What failed first is the reason.
            throw failure ?? error
        }
        if let failure { throw failure }
    }
}
