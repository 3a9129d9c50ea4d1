internal import ClusterSpec
internal import Linux
internal import Values

/// Reads what kind's file mounts of this machine, so that it can travel to a Pod with the spec.
struct LocalMount {
    /// How many files and directories one spec carries at most.
    private static let mostFiles = 512

    /// How many bytes may still travel.
    private(set) var remaining: Int
    private var hostPath = ""
    private var files: [CarriedFile] = []

    /// Nothing read yet.
    init(limit: Int = ExtraMounts.carriedLimit) { remaining = limit }

    /// A copy of what is at a path of this machine.
    ///
    /// - Throws: `KinkajouError` that names the other choices, where it cannot travel.
    mutating func copy(of hostPath: String) throws -> MountSource {
        self.hostPath = hostPath
        files = []
        try take(hostPath, as: "")
        return .copy(files: files)
    }

    private mutating func take(_ path: String, as relative: String) throws {
        guard let status = FileStatus(path) else { throw refusal("there is no \(path) on this machine") }
        guard files.count < Self.mostFiles else {
            throw refusal("\(hostPath) has more than \(Self.mostFiles) files")
        }
        switch status.kind {
        case .other: throw refusal("\(path) is neither a file nor a directory")
        case .directory:
            files.append(CarriedFile(path: relative, mode: status.mode & 0o777, contents: nil))
            let directories = Set(Files.directories(in: path))
            for name in Files.names(in: path).sorted() {
                let inner = "\(path)/\(name)"
                // It could lead anywhere, and back to here.
                guard directories.contains(name) || !Files.isDirectory(inner) else {
                    throw refusal("\(inner) is a link to a directory")
                }
                try take(inner, as: relative.isEmpty ? name : "\(relative)/\(name)")
            }
        case .regular:
            let contents: [UInt8]
            do {
                contents = try Files.bytes(path, limit: remaining + 1)
            } catch {
                throw refusal("\(error)")
            }
            guard contents.count <= remaining else {
                throw refusal(
                    "\(path) is too large: \(ExtraMounts.carriedLimit >> 10) KiB of this machine's files travel to a Pod at most"
                )
            }
            remaining -= contents.count
            files.append(CarriedFile(path: relative, mode: status.mode & 0o777, contents: contents))
        }
    }

    private func refusal(_ reason: String) -> KinkajouError {
        KinkajouError(
            "extraMounts of \(hostPath) cannot be brought into the cluster's Pod: \(reason)",
            cure:
                "choose what stands for it: --extra-mount \(hostPath)=configmap/NAME or =secret/NAME of the namespace, or \(hostPath)=host for that path of the host cluster's node",
            code: .usage)
    }
}
