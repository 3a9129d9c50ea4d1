internal import Glibc

/// A user's kubeconfig files, changed as kubectl changes them: an entry is changed in the file that has it, a new one
/// goes to the file that kubectl would write, and what is removed is removed from all of them.
/// <https://github.com/kubernetes/client-go/blob/master/tools/clientcmd/config.go>
public struct KubeconfigFiles: Sendable {
    /// The files, whether they are there or not; the first to set a value or a name wins.
    public let paths: [String]
    /// The one that new entries go to: the first that is there, or else the last.
    public let target: String
    private let lockTimeout: Duration

    /// The explicit file; or else those of `KUBECONFIG`; or else `~/.kube/config`.
    public init(
        explicit: String?, environment: [String: String], lockTimeout: Duration = .seconds(10)
    ) {
        let files = Kubeconfig.files(explicit: explicit, environment: environment)
        paths = files.isEmpty ? ["/root/.kube/config"] : files
        target = paths.first { access($0, F_OK) == 0 } ?? paths[paths.count - 1]
        self.lockTimeout = lockTimeout
    }

    /// What is in them. Paths in the entries are left as they are.
    public func read() throws -> KubeconfigLayers {
        KubeconfigLayers(try paths.map { ($0, try file($0).read()) }, target: target)
    }

    /// Reads the files, has them changed, and writes those in which something was changed, each under its lock.
    ///
    /// - Parameter change: It may be called more than once, with what is in the files by then; the last call counts.
    /// - Throws: ``KubeconfigError``, or what `change` throws.
    public func update(_ change: (inout KubeconfigLayers) throws -> Void) throws {
        var layers = try read()
        var expected = try Self.changes(&layers, change)
        // Each round locks more of the files, so that there are few.
        while !expected.isEmpty {
            var locks: [FileLock] = []
            defer { for lock in locks { lock.release() } }
            for path in expected.sorted() { locks.append(try file(path).lock()) }
            layers = try read()
            let changed = try Self.changes(&layers, change)
            guard changed.isSubset(of: expected) else {
                expected.formUnion(changed)
                continue
            }
            for path in paths where changed.contains(path) {
                if let config = layers.config(of: path) { try file(path).write(config) }
            }
            return
        }
    }

    /// Finds out whether new entries could be written now.
    ///
    /// - Throws: ``KubeconfigError``.
    public func checkWritable() throws {
        _ = try read()
        try file(target).checkWritable()
    }

    private func file(_ path: String) -> KubeconfigFile {
        KubeconfigFile(path: path, lockTimeout: lockTimeout)
    }

    private static func changes(
        _ layers: inout KubeconfigLayers, _ change: (inout KubeconfigLayers) throws -> Void
    ) throws -> Set<String> {
        let before = layers
        try change(&layers)
        return Set(layers.paths.filter { layers.config(of: $0) != before.config(of: $0) })
    }
}
