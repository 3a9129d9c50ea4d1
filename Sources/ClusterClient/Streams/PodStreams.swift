internal import Console
internal import KubernetesAPI
internal import NIOCore

/// Joins the streams of a command in a Pod with somebody's here.
struct PodStreams: Sendable {
    private let session: ExecSession

    init(_ session: ExecSession) {
        self.session = session
    }

    /// Feeds the command and takes its output until it ends.
    func run(
        input: (@Sendable () async throws -> ByteBuffer?)?,
        output: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) async throws -> RemoteResult {
        let errors = CollectedText()
        let take: @Sendable (ExecSession.Piece) async throws -> Void = { piece in
            switch piece {
            case .stdout(let buffer): try await output(buffer)
            case .stderr(let buffer): errors.append(buffer)
            }
        }
        let status = try await join(input: input, take: take)
        return RemoteResult(status: status, errors: errors.string)
    }

    /// Joins the command with our own stdin, stdout and stderr.
    func attach(isTerminal: Bool, hasInput: Bool) async throws -> Int32 {
        if isTerminal { Terminal.makeRaw() }
        defer { if isTerminal { Terminal.restore() } }
        let sizes = isTerminal ? Task { try await self.followSize() } : nil
        defer { sizes?.cancel() }
        let input: (@Sendable () async throws -> ByteBuffer?)? =
            !hasInput ? nil : isTerminal ? StandardInput.next : FramedInput(StandardInput.next).next
        return try await join(input: input) { piece in
            switch piece {
            case .stdout(let buffer): StandardOutput.write(bytes: buffer.readableBytesView)
            case .stderr(let buffer): StandardError.write(bytes: Array(buffer.readableBytesView))
            }
        }
    }

    private func followSize() async throws {
        let changes = WindowChanges.stream()
        try await tellSize()
        for await _ in changes { try await tellSize() }
    }

    private func tellSize() async throws {
        if let size = Terminal.size { try await session.resize(columns: size.columns, rows: size.rows) }
    }

    /// The command's end decides: input that it does not read any more is left.
    private func join(
        input: (@Sendable () async throws -> ByteBuffer?)?,
        take: @escaping @Sendable (ExecSession.Piece) async throws -> Void
    ) async throws -> Int32 {
        var feeder: Task<Void, any Error>?
        if let input {
            // Not a child task: it may hang in a read that nothing can interrupt.
            feeder = Task {
                while let piece = try await input() { try await self.session.write(piece) }
                if self.session.canFinishInput { try await self.session.finishInput() }
            }
        }
        defer { feeder?.cancel() }
        return try await withTaskCancellationHandler {
            for try await piece in session.output { try await take(piece) }
            return try await session.exitStatus()
        } onCancel: {
            session.cancel()
        }
    }
}
