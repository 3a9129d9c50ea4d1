import Glibc
import Linux
import Testing

struct ChildProcessTests {
    private static let environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]

    private func shell(_ script: String) -> ChildRequest {
        ChildRequest(executable: "sh", arguments: ["-c", script], environment: Self.environment)
    }

    @Test(arguments: [
        ("exit 7", Linux.ExitStatus.exited(7), 7), ("kill -9 $$", .signalled(9), 137), (":", .exited(0), 0),
    ])
    func theEndIsTold(script: String, status: Linux.ExitStatus, code: Int32) async throws {
        let child = try ChildProcess.start(shell(script))
        #expect(await child.wait() == status)
        #expect(await child.wait(atMost: .zero) == status, "it stays known")
        #expect(child.status?.shellCode == code)
        // A signal to one that has ended goes nowhere, whoever has its number now.
        child.signal(SIGKILL)
    }

    @Test(arguments: [("kinkajou-no-such-program", ENOENT, true), ("/etc", EACCES, true)])
    func whatCannotBeStartedSaysWhy(program: String, reason: Int32, isExecFailure: Bool) {
        let error = #expect(throws: SpawnError.self) {
            try ChildProcess.start(
                ChildRequest(executable: program, arguments: [], environment: Self.environment))
        }
        #expect(error?.errorNumber == reason)
        #expect(error?.isExecFailure == isExecFailure)
    }

    @Test func aWaitEndsWithItsTask() async throws {
        let child = try ChildProcess.start(shell("exec sleep 1000"))
        defer { child.signal(SIGKILL, group: true) }
        let waiting = Task { await child.wait() }
        waiting.cancel()
        #expect(await waiting.value == nil)
        #expect(await child.wait(atMost: .milliseconds(1)) == nil)
        child.signal(SIGTERM)
        #expect(await child.wait(atMost: .seconds(20)) == .signalled(SIGTERM))
    }

    @Test func outputAndInputGoThroughPipes() async throws {
        let result = try await CapturedProgram.run(
            shell("cat; echo oops >&2; exit 3"), input: "in", timeout: .seconds(20))
        #expect(result.output == "in")
        #expect(result.reason == "oops")
        #expect(result.status == .exited(3))
    }

    /// Longer than any pipe holds, so that nothing waits for a reader.
    @Test func muchOutputDoesNotBlock() async throws {
        let result = try await CapturedProgram.run(
            shell("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2"), timeout: .seconds(20))
        #expect(result.output.utf8.count == 300_000)
        #expect(result.errors.utf8.count == 300_000)
    }

    @Test func linesOfStderrComeAsTheyAreWritten() async throws {
        let (lines, continuation) = AsyncStream<String>.makeStream()
        _ = try await CapturedProgram.run(
            shell("printf 'one\\ntw' >&2; printf 'o\\nthree' >&2"), timeout: .seconds(20)
        ) { continuation.yield($0) }
        continuation.finish()
        #expect(await lines.reduce(into: []) { $0.append($1) } == ["one", "two", "three"])
    }

    /// A child of the program that holds the pipes open does not hold up the answer either.
    @Test func aProgramThatDoesNotEndIsEnded() async throws {
        let start = ContinuousClock.now
        let error = await #expect(throws: CapturedProgram.TimedOut.self) {
            try await CapturedProgram.run(
                shell("trap '' TERM; echo stuck >&2; sleep 1000 & wait; sleep 1000"),
                timeout: .milliseconds(500))
        }
        #expect(error?.errors == "stuck\n")
        #expect(error?.program == "sh")
        #expect(start.duration(to: .now) < .seconds(60))
    }

    @Test func aCancelledTaskEndsItsProgram() async throws {
        let running = Task { try await CapturedProgram.run(shell("sleep 1000"), timeout: .seconds(60)) }
        running.cancel()
        await #expect(throws: CancellationError.self) { try await running.value }
    }
}
