internal import Linux

/// A hierarchy of version 1 without controllers, such as systemd's. The kernel has one of each name for the whole
/// machine: mounted anew it shows every container's cgroups, so only a path of our own in it is shown.
enum NamedHierarchy {
    private static let workingDirectory = "/run/kinkajou/cgroup"

    /// Mounts a cgroup of it at a place, and makes it where it is missing. The result names the cgroups that were
    /// made, outermost first, as paths in the hierarchy.
    static func mount(_ name: String, path: String, at target: String) throws(SystemError) -> [String] {
        try withRoot(of: name) { root throws(SystemError) in
            let made = try Files.makeDirectories(root + path).map { String($0.dropFirst(root.count)) }
            do throws(SystemError) {
                try Mounting.bind(root + path, at: target)
            } catch {
                for cgroup in made.reversed() { try? Files.removeDirectory(root + cgroup) }
                throw error
            }
            return made
        }
    }

    /// Removes cgroups that were made in it, with what an engine has made below them.
    static func remove(_ cgroups: [String], of name: String) throws(SystemError) {
        try withRoot(of: name) { root throws(SystemError) in
            for cgroup in cgroups.reversed() { try removeTree(root + cgroup) }
        }
    }

    private static func removeTree(_ cgroup: String) throws(SystemError) {
        for child in Files.directories(in: cgroup) { try removeTree(cgroup + "/" + child) }
        try Files.removeDirectory(cgroup)
    }

    private static func withRoot<Result>(
        of name: String, _ body: (_ root: String) throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        try Files.makeDirectories(workingDirectory)
        defer { try? Files.removeDirectory(workingDirectory) }
        try Mounting.mount("cgroup", source: "cgroup", at: workingDirectory, options: ["none", name])
        defer { try? Mounting.unmount(workingDirectory, lazily: true) }
        return try body(workingDirectory)
    }
}
