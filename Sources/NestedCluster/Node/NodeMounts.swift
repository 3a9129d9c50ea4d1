internal import ClusterSpec
internal import Linux
internal import Values

/// What kind's file mounts into a node (`extraMounts`), in a container that is the node.
struct NodeMounts {
    /// Where something is mounted, in that order.
    private(set) var targets: [String] = []

    /// Mounts something.
    ///
    /// - Throws: ``KinkajouError``.
    mutating func add(_ mount: Mount) throws(KinkajouError) {
        let target = mount.containerPath
        do throws(SystemError) {
            try Self.makePoint(target, like: mount.hostPath)
            try Mounting.bindTree(mount.hostPath, at: target)
            targets.append(target)
            if mount.readOnly { try Mounting.remountReadOnly(target) }
            if mount.propagation == .bidirectional { try Mounting.makeShared(target) }
        } catch {
            throw KinkajouError(
                "extraMounts: \(mount.hostPath) cannot be mounted at \(target): \(error)",
                cure: "correct the paths in the configuration", code: .stepFailed)
        }
    }

    /// Takes away what was mounted, last first. The result says what is left.
    mutating func removeAll() -> [String] {
        var complaints: [String] = []
        while let target = targets.popLast() {
            do throws(SystemError) {
                try Mounting.unmount(target, lazily: true)
            } catch {
                complaints.append("\(error)")
            }
        }
        return complaints
    }

    /// A directory or an empty file to mount something over.
    private static func makePoint(_ target: String, like source: String) throws(SystemError) {
        guard !Files.exists(target) else { return }
        guard FileStatus(source)?.kind == .directory else {
            try ClusterDirectory.makeParent(of: target)
            try Files.replace(target, with: "", mode: 0o644)
            return
        }
        try Files.makeDirectories(target)
    }
}
