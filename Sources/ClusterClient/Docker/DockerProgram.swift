internal import FoundationEssentials
internal import Linux
internal import Logging
internal import NIOCore
internal import Subprocess
internal import SystemPackage
internal import Values

/// The `docker` program: it knows contexts, DOCKER_HOST over TCP and ssh, and credentials.
struct DockerProgram: Sendable {
    /// Runs it and takes its output.
    ///
    /// - Throws: ``KinkajouError`` where it cannot be run; not for its exit status.
    func run(_ arguments: [String], timeout: Duration = .seconds(60)) async throws -> CapturedProgram.Result {
        // The first word alone: variables in the others may be secret.
        log.debug("docker \(arguments.first ?? "")")
        do {
            return try await CapturedProgram.run(
                ChildRequest(
                    executable: "docker", arguments: arguments, environment: Linux.Environment.all()),
                timeout: timeout)
        } catch let error as SpawnError {
            throw Self.failure(error)
        } catch let error as CapturedProgram.TimedOut {
            throw KinkajouError(
                "\(error): docker \(arguments.first ?? "")",
                cure: "see that the Docker engine answers: `docker version`", code: .timedOut)
        }
    }

    /// Runs it and returns what it wrote.
    ///
    /// - Throws: ``KinkajouError`` with what it said where its exit status is not 0.
    func output(_ arguments: [String], doing: String, timeout: Duration = .seconds(60)) async throws -> String
    {
        let result = try await run(arguments, timeout: timeout)
        guard result.isSuccess else {
            throw KinkajouError(
                "cannot \(doing): \(result.reason)",
                cure: "see that the Docker engine answers: `docker version`")
        }
        return result.output
    }

    /// Waits until a container has ended.
    func wait(for container: String) async throws {
        _ = try await stream(["wait", container], input: nil, output: { _ in }, errors: { _ in })
    }

    /// Runs it with streams that the caller handles.
    func stream(
        _ arguments: [String], input: (@Sendable () async throws -> ByteBuffer?)?,
        output: @escaping @Sendable (ByteBuffer) async throws -> Void,
        errors: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) async throws -> Int32 {
        do {
            let result = try await Subprocess.run(
                .name("docker"), arguments: Arguments(arguments), input: .inputWriter, output: .sequence,
                error: .sequence
            ) { execution in
                // A caller who has heard enough, or cannot go on: the other stream ends with the program.
                let orEnd: @Sendable (() async throws -> Void) async throws -> Void = { body in
                    do {
                        try await body()
                    } catch {
                        try? execution.send(signal: .terminate)
                        throw error
                    }
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await orEnd {
                            for try await piece in execution.standardOutput {
                                try await output(piece.byteBuffer)
                            }
                        }
                    }
                    group.addTask {
                        try await orEnd {
                            for try await piece in execution.standardError {
                                try await errors(piece.byteBuffer)
                            }
                        }
                    }
                    group.addTask {
                        do {
                            while let piece = try await input?() {
                                _ = try await execution.standardInputWriter.write(
                                    Array(piece.readableBytesView))
                            }
                        } catch is SubprocessError {
                            // It reads no more; its exit status tells why.
                        }
                        try await execution.standardInputWriter.finish()
                    }
                    try await group.waitForAll()
                }
            }
            switch result.terminationStatus {
            case .exited(let code): return Int32(code)
            case .signaled(let number): return 128 + Int32(number)
            }
        } catch let error as SubprocessError {
            throw Self.failure(error)
        }
    }

    /// Runs it beside a body, with a stdin that ends when the body does, or this program.
    func with<Result>(held arguments: [String], _ body: () async throws -> Result) async throws -> Result {
        let input = try Pipe()
        let nothing = try FileDescriptor.open("/dev/null", .readWrite)
        defer { try? nothing.close() }
        var request = ChildRequest(
            executable: "docker", arguments: arguments, environment: Linux.Environment.all())
        request.streams = (input.reading, nothing.rawValue, nothing.rawValue)
        let child: ChildProcess
        do {
            child = try ChildProcess.start(request)
        } catch {
            input.close()
            throw Self.failure(error)
        }
        input.closeReading()
        do {
            let result = try await body()
            input.closeWriting()
            await Self.end(child)
            return result
        } catch {
            input.closeWriting()
            await Self.end(child)
            throw error
        }
    }

    /// Waits for a program that has nothing more to do.
    private static func end(_ child: ChildProcess) async {
        if await child.wait(atMost: .seconds(2)) == nil { child.signal(15) }
    }

    private static func failure(_ error: any Error) -> KinkajouError {
        KinkajouError(
            "docker cannot be run: \(error)", cure: "install docker.io, or use --provider kubernetes")
    }

    /// Runs it on our own stdin, stdout and stderr.
    func attach(_ arguments: [String]) async throws -> Int32 {
        do {
            var request = ChildRequest(
                executable: "docker", arguments: arguments, environment: Linux.Environment.all())
            request.takesForeground = true
            let child = try ChildProcess.start(request)
            return await withTaskCancellationHandler {
                await Task.detached { await child.wait()?.shellCode ?? 255 }.value
            } onCancel: {
                child.signal(15)
            }
        } catch {
            throw Self.failure(error)
        }
    }
}

extension SubprocessOutputSequence.Buffer {
    fileprivate var byteBuffer: ByteBuffer {
        withUnsafeBytes { ByteBuffer(bytes: $0) }
    }
}
