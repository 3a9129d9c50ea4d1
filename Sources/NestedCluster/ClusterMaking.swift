internal import ClusterSpec
internal import Console
internal import Linux
internal import Values

/// What every way of making a cluster has in common: how its end is told, where the time went, and that one which failed
/// is kept where that was asked for.
struct ClusterMaking: Sendable {
    let spec: ClusterSpec
    let status: StatusBoard
    let progress: Progress

    /// The kubeconfig that is written.
    static func kubeconfig(of spec: ClusterSpec) -> String { spec.kubeconfig ?? Defaults.kubeconfig }

    /// Makes a cluster, and says that it is ready.
    ///
    /// - Returns: The variables for the command that runs beside it.
    func run(_ make: () async throws -> Void) async throws -> [String: String] {
        let kubeconfig = Self.kubeconfig(of: spec)
        status.follow(progress)
        do {
            try await make()
        } catch {
            writeTrace()
            let error = Self.explained(error)
            // The session says what failed when it goes on; here that would be when the cluster is gone.
            if spec.retain, !Task.isCancelled { await progress.hold(after: error, kubeconfig: kubeconfig) }
            throw error
        }
        writeTrace()
        if spec.summarizesTime { progress.notice(summary) }
        status.isReady()
        progress.ready("kinkajou: the cluster is ready; KUBECONFIG=\(kubeconfig)")
        return ["KUBECONFIG": kubeconfig]
    }

    /// What a person is told of it.
    static func explained(_ error: any Error) -> any Error {
        guard let error = error as? ClusterConfigError else { return error }
        return KinkajouError("\(error)", cure: "correct the cluster's configuration", code: .usage)
    }

    // MARK: - Where the time went

    /// Writes the trace to where it was asked for, and to where `kinkajou inside` finds it.
    func writeTrace() {
        if Files.exists(ClusterDirectory.path) { writeTrace(to: ClusterDirectory.traceFile) }
        if let path = spec.tracePath { writeTrace(to: path) }
    }

    /// Writes the trace to a file.
    func writeTrace(to path: String) {
        do {
            let trace = Trace(cluster: spec.name, records: progress.records)
            try Files.overwrite(path, with: TraceFormat(path: path).text(trace), mode: 0o644)
        } catch {
            progress.warn("the trace cannot be written: \(error)")
        }
    }

    private var summary: String {
        let records = progress.records
        let total = records.reduce(Duration.zero) { $0 + $1.duration }
        var lines = ["Where the time went (\(total.inTenths) s):"]
        for record in records.sorted(by: { $0.duration > $1.duration })
        where record.duration >= .milliseconds(100) {
            let seconds = record.duration.inTenths
            let padding = String(repeating: " ", count: max(0, 7 - seconds.count))
            lines.append("\(padding)\(seconds) s  \(record.name)")
        }
        return lines.joined(separator: "\n")
    }

    // MARK: - Logs

    /// Exports logs, where that was asked for, in half of the time that is left.
    ///
    /// - Parameter gather: Writes them into a directory that is there, within a limit, and returns what is not among them.
    /// - Returns: What is not among them, and why.
    func exportLogs(
        before deadline: ContinuousClock.Instant, _ gather: (String, Duration) async throws -> [String]
    ) async -> [String] {
        guard let directory = spec.logDirectory else { return [] }
        progress.begin("Exporting logs to \(directory) 📄", as: .logs)
        defer { progress.done() }
        do {
            try Files.makeDirectories(directory)
            let complaints = try await gather(
                directory, max(.seconds(1), ContinuousClock.now.duration(to: deadline) / 2))
            writeTrace(to: directory + "/trace.json")
            return complaints
        } catch {
            return ["the logs could not be exported to \(directory): \(error)"]
        }
    }
}
