internal import ClusterSpec
internal import Linux

/// The directory of everything that lives as long as a cluster, in the container that it is made in.
public enum ClusterDirectory {
    /// Where it is.
    static let path = Defaults.clusterDirectory
    /// The trace of the cluster, for `kinkajou inside logs`.
    public static let traceFile = path + "/trace.json"

    /// Writes files that were planned, there or elsewhere.
    static func write(_ files: [PlannedFile]) throws(SystemError) {
        for file in files {
            guard let contents = file.contents else {
                try Files.makeDirectories(file.path, mode: file.mode)
                continue
            }
            try makeParent(of: file.path)
            try Files.replace(file.path, with: contents, mode: file.mode)
        }
    }

    /// Makes the directory that a file is to be in.
    static func makeParent(of file: String, mode: UInt32 = 0o755) throws(SystemError) {
        guard let slash = file.lastIndex(of: "/"), slash != file.startIndex else { return }
        try Files.makeDirectories(String(file[..<slash]), mode: mode)
    }

    /// Removes it with all that is in it. The result says what is left.
    static func remove() -> [String] { Files.exists(path) ? Files.removeTree(path) : [] }
}
