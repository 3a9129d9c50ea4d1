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
        let status = try await join(input: input, endsInput: true, take: take)
        return RemoteResult(status: status, errors: errors.string)
    }

    /// Joins the command with our own stdin, stdout and stderr.
    ///
    /// - Throws: `ReaderGone` when nobody reads our stdout any more; the command is given up then.
    func attach(isTerminal: Bool, hasInput: Bool) async throws -> Int32 {
        if isTerminal { Terminal.makeRaw() }
        defer { if isTerminal { Terminal.restore() } }
        let sizes = isTerminal ? Task { try await self.followSize() } : nil
        defer { sizes?.cancel() }
        // Without a terminal the agent reads frames, also where there is no input but its end: the end of the
        // connection tells it then that we are gone.
        let input: @Sendable () async throws -> ByteBuffer? = {
            hasInput ? try await StandardInput.next() : nil
        }
        return try await withThrowingTaskGroup(of: Int32.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                try await join(input: isTerminal ? input : FramedInput(input).next, endsInput: isTerminal) {
                    piece in
                    switch piece {
                    case .stdout(let buffer): try StandardOutput.stream(buffer.readableBytesView)
                    case .stderr(let buffer): StandardError.write(bytes: Array(buffer.readableBytesView))
                    }
                }
            }
            group.addTask {
                try await StandardOutput.waitForReaderToGo()
                throw ReaderGone()
            }
            return try await group.next() ?? 255
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
    ///
    /// - Parameter endsInput: Whether the end of the input is told by closing it, where the protocol can.
    private func join(
        input: (@Sendable () async throws -> ByteBuffer?)?, endsInput: Bool,
        take: @escaping @Sendable (ExecSession.Piece) async throws -> Void
    ) async throws -> Int32 {
        var feeder: Task<Void, any Error>?
        if let input {
            // Not a child task: it may hang in a read that nothing can interrupt.
            feeder = Task {
                while let piece = try await input() { try await self.session.write(piece) }
                if endsInput, self.session.canFinishInput { try await self.session.finishInput() }
            }
        }
        defer { feeder?.cancel() }
        return try await withTaskCancellationHandler {
            do {
                for try await piece in session.output { try await take(piece) }
                return try await session.exitStatus()
            } catch {
                session.cancel()
                throw error
            }
        } onCancel: {
            session.cancel()
        }
    }
}
