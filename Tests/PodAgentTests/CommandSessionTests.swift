import Foundation
import Glibc
import Linux
import Testing

@testable import PodAgent

@Suite struct CommandSessionTests {
    private let directory = FileManager.default.temporaryDirectory.path + "/kinkajou-\(UUID().uuidString)"

    @Test func aCommandIsFoundAsLongAsItRuns() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let session = try #require(CommandSession("one", directory: directory))
        #expect(!session.isRegistered && session.process == nil)
        try session.register(getpid())
        #expect(session.isRegistered && session.process == getpid())
        // Another process that has the number by now began at another time.
        try "\(getpid()) 1\n".write(toFile: directory + "/one", atomically: true, encoding: .utf8)
        #expect(session.process == nil)
    }

    /// What a command has started is found by its mark, also where it is no child of it, and other processes stay.
    @Test func aCommandEndsWithAllThatHasItsMark() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let name = UUID().uuidString.lowercased()
        let session = try #require(CommandSession(name, directory: directory))
        func start(_ mark: String) throws -> ChildProcess {
            var environment = ProcessInfo.processInfo.environment
            environment[CommandSession.variable] = mark
            return try ChildProcess.start(
                // Deaf to the hangup of a terminal.
                ChildRequest(
                    executable: "sh", arguments: ["-c", "trap '' HUP; sleep 1000; true"],
                    environment: environment))
        }
        let (command, elsewhere, stranger) = (try start(name), try start(name), try start(name + "-2"))
        defer { stranger.signal(SIGKILL, group: true) }
        try session.register(command.pid)
        await session.end()
        for process in [command, elsewhere] { #expect(await process.wait(atMost: .seconds(10)) != nil) }
        #expect(await stranger.wait(atMost: .zero) == nil)
        #expect(!session.isRegistered)
    }

    /// What it has left behind on purpose stays.
    @Test func ofACommandThatHasEndedNothingIsEnded() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let name = UUID().uuidString.lowercased()
        let session = try #require(CommandSession(name, directory: directory))
        var environment = ProcessInfo.processInfo.environment
        environment[CommandSession.variable] = name
        let left = try ChildProcess.start(
            ChildRequest(executable: "sleep", arguments: ["1000"], environment: environment))
        defer { left.signal(SIGKILL) }
        let command = try ChildProcess.start(
            ChildRequest(executable: "true", arguments: [], environment: environment))
        try session.register(command.pid)
        _ = await command.wait()
        await session.end()
        await session.end(command.pid)
        #expect(await left.wait(atMost: .zero) == nil)
        #expect(!session.isRegistered)
    }

    @Test(arguments: ["", "../x", "a/b", "A", String(repeating: "a", count: 65)])
    func aNameIsNoPath(name: String) { #expect(CommandSession(name) == nil) }
}
