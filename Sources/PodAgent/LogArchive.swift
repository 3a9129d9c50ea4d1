internal import ClusterSpec
internal import Glibc
internal import ImageArchives
internal import Linux
internal import Values

/// The logs of a cluster as a tar archive on stdout: what `kind export logs` gathers or what the own node has, dockerd's
/// log and the trace.
public struct LogArchive: Sendable {
    private static let prefix = "kinkajou-logs-"

    private let nodes: Nodes
    private let files: [(source: String, name: String)]
    private let isFramed: Bool
    private let limit: Duration

    /// An export.
    ///
    /// - Parameters:
    ///   - nodes: The cluster.
    ///   - files: Files to go with it, and their names there; those that are not there are left out.
    ///   - isFramed: Whether it is written as ``StreamFrameWriter`` does, so that the receiver knows that it has all.
    ///   - limit: How long gathering may take.
    public init(
        of nodes: Nodes, with files: [(source: String, name: String)], isFramed: Bool,
        limit: Duration = .seconds(300)
    ) {
        self.nodes = nodes
        self.files = files
        self.isFramed = isFramed
        self.limit = limit
    }

    /// Gathers and writes them. The files in between are removed, however it ends.
    ///
    /// - Returns: What is not in it, and why.
    /// - Throws: ``KinkajouError``, or `CancellationError`.
    public func run(to output: Int32) async throws -> [String] {
        let base = Environment.value("TMPDIR") ?? "/tmp"
        Self.sweep(base)
        let directory = "\(base)/\(Self.prefix)\(getpid())"
        // Nobody else may look: logs can hold what should not be seen.
        guard mkdir(directory, 0o700) == 0 else {
            throw KinkajouError(
                "\(SystemError("mkdir", directory, errno))",
                cure: "make \(base) writable, with some space free",
                code: .stepFailed)
        }
        defer { Files.removeTree(directory) }
        let complaints =
            switch nodes.runtime {
            case .docker: try await gather(directory)
            case .own(let node): try await OwnNodeLogs.gather(node, into: directory, within: limit)
            }
        let more = copyFiles(to: directory)
        try await write(directory, to: output)
        return complaints + more
    }

    private func gather(_ directory: String) async throws -> [String] {
        var complaints: [String] = []
        do {
            let result = try await CapturedProgram.run(
                ChildRequest(
                    executable: "kind", arguments: ["export", "logs", directory, "--name", nodes.cluster],
                    environment: KindEnvironment.variables), timeout: limit)
            if !result.isSuccess { complaints.append("kind export logs: \(result.reason)") }
        } catch let error as SpawnError {
            complaints.append("kind cannot be run: \(error)")
        } catch let error as CapturedProgram.TimedOut {
            complaints.append("\(error)")
        }
        return complaints
    }

    private func copyFiles(to directory: String) -> [String] {
        var complaints: [String] = []
        for (source, name) in files where Files.exists(source) {
            do throws(SystemError) {
                try Files.replace("\(directory)/\(name)", with: try Files.read(source), mode: 0o600)
            } catch {
                complaints.append("\(error)")
            }
        }
        return complaints
    }

    private func write(_ directory: String, to output: Int32) async throws {
        let pipe = try Pipe()
        var request = ChildRequest(
            executable: "tar", arguments: ["-C", directory, "-cf", "-", "."], environment: Environment.all())
        request.streams = (nil, pipe.writing, nil)
        let child: ChildProcess
        do {
            defer { Glibc.close(pipe.writing) }
            child = try ChildProcess.start(request)
        } catch {
            Glibc.close(pipe.reading)
            throw KinkajouError(
                "tar cannot be run: \(error)", cure: "install tar", code: .programMissing)
        }
        let output = StreamOutput(output, isFramed: isFramed)
        let copied = await withTaskCancellationHandler {
            await OwnThread.value { output.copy(from: pipe.reading) }
        } onCancel: {
            child.signal(SIGKILL, group: true)
        }
        Glibc.close(pipe.reading)
        var problem: SystemError? = SystemError("pthread_create", "", EAGAIN)
        if let copied { problem = copied }
        if problem != nil { child.signal(SIGKILL, group: true) }
        let status = await Task.detached { await child.wait() }.value
        let isWhole = problem == nil && status == .exited(0) && !Task.isCancelled
        problem = (isWhole ? output.end() : output.abort(reason: "the logs could not be packed")) ?? problem
        try Task.checkCancellation()
        if let problem {
            throw KinkajouError(
                "the logs cannot be written: \(problem)", cure: "the receiver has gone: try again",
                code: .stepFailed)
        }
        guard isWhole else {
            throw KinkajouError(
                "the logs cannot be packed: tar: \(status.map { "\($0)" } ?? "it was ended")",
                cure: "see tar's own message", code: .stepFailed)
        }
    }

    // MARK: - Files in between

    /// What an export left that was killed with SIGKILL.
    private static func sweep(_ base: String) {
        for name in Files.names(in: base) where name.hasPrefix(prefix) {
            guard let pid = Int32(name.dropFirst(prefix.count)), kill(pid, 0) != 0, errno == ESRCH else {
                continue
            }
            Files.removeTree("\(base)/\(name)")
        }
    }
}
