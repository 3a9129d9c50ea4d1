internal import Glibc
internal import ImageArchives
internal import Linux
internal import Values

/// Brings the logs of a cluster here.
public struct LogExport: Sendable {
    private let provider: any ClusterProvider
    private let cluster: String
    private static let limit = Duration.seconds(180)
    /// How many bytes of logs are taken at most.
    private static let sizeLimit: Int64 = 4 << 30

    /// The logs of a cluster.
    public init(provider: any ClusterProvider, cluster: String) {
        self.provider = provider
        self.cluster = cluster
    }

    /// A new directory for the user alone.
    public static func temporaryDirectory() throws -> String {
        var template = Array(
            ((Linux.Environment.value("TMPDIR") ?? "/tmp") + "/kinkajou-logs-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp", "/tmp", errno) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Writes them below a directory, which is made where it is not there: regular files and directories alone, and
    /// nothing outside of it.
    ///
    /// - Returns: How many entries were left out, such as links.
    @discardableResult
    public func export(to directory: String) async throws -> Int {
        do {
            try Files.makeDirectories(Files.resolved(directory) ?? Self.absolute(directory))
        } catch {
            throw KinkajouError("\(error)", cure: "name a directory that can be made and written to")
        }
        let files: UnpackedFiles
        do {
            files = try UnpackedFiles(below: directory, sizeLimit: Self.sizeLimit)
        } catch {
            throw KinkajouError("\(error)", cure: "name a directory that can be written to")
        }
        let result: RemoteResult
        do {
            result = try await provider.run(
                RemoteCommand(["kinkajou", "inside", "logs", "--name", cluster], timeout: Self.limit) {
                    piece in
                    try files.take(piece)
                }, in: cluster)
        } catch let error as TarStream.Problem {
            throw KinkajouError(
                "the logs of the cluster \"\(cluster)\" cannot be unpacked: \(error)",
                cure: "what there was is in \(directory)")
        } catch let error as SystemError {
            throw KinkajouError(
                "the logs cannot be written to \(directory): \(error)", cure: "see that there is room in it")
        }
        guard result.status == 0, files.isComplete else {
            throw KinkajouError(
                "not all logs of the cluster \"\(cluster)\" could be taken: \(result.reason)",
                cure:
                    "what there was is in \(directory); `kinkajou logs --name \(cluster)` shows the Pod's own log"
            )
        }
        return files.leftOut
    }

    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : (Files.resolved(".") ?? "") + "/" + path
    }
}
