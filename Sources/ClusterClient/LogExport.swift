internal import Glibc
internal import Linux
internal import NIOCore
internal import Subprocess
internal import SystemPackage
internal import Values

/// Brings the logs of a cluster here.
public struct LogExport: Sendable {
    private let provider: any ClusterProvider
    private let cluster: String
    private static let limit = Duration.seconds(180)

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

    /// Writes them below a directory, which is made where it is not there.
    public func export(to directory: String) async throws {
        do {
            try Files.makeDirectories(Files.resolved(directory) ?? Self.absolute(directory))
        } catch {
            throw KinkajouError("\(error)", cure: "name a directory that can be made and written to")
        }
        // GNU tar takes no member out of the directory: it strips a leading slash and refuses "..".
        let result: RemoteResult
        do {
            let unpacked = try await Subprocess.run(
                .name("tar"),
                arguments: ["--extract", "--file=-", "--no-same-owner", "--directory", directory],
                input: .inputWriter, output: .discarded, error: .string(limit: 64 << 10)
            ) { execution in
                let writer = execution.standardInputWriter
                do {
                    let result = try await provider.run(
                        RemoteCommand(["kinkajou", "inside", "logs", "--name", cluster], timeout: Self.limit)
                        { piece in
                            _ = try await writer.write(Array(piece.readableBytesView))
                        }, in: cluster)
                    try await writer.finish()
                    return result
                } catch {
                    try? await writer.finish()
                    throw error
                }
            }
            result = unpacked.closureResult
            guard case .exited(0) = unpacked.terminationStatus else {
                throw KinkajouError(
                    "the logs cannot be written to \(directory): \(unpacked.standardError.trimmed)",
                    cure: "see that there is room in it")
            }
        } catch let error as SubprocessError {
            throw KinkajouError("tar cannot be run: \(error)", cure: "install tar")
        }
        guard result.status == 0 else {
            throw KinkajouError(
                "not all logs of the cluster \"\(cluster)\" could be taken: \(result.reason)",
                cure:
                    "what there was is in \(directory); `kinkajou logs --name \(cluster)` shows the Pod's own log"
            )
        }
    }

    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : (Files.resolved(".") ?? "") + "/" + path
    }
}
