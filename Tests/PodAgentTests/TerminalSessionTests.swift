import Foundation
import Testing

@testable import PodAgent

@Suite struct TerminalSessionTests {
    private let directory = FileManager.default.temporaryDirectory.path + "/kinkajou-\(UUID().uuidString)"

    @Test func aCommandIsFoundAsLongAsItRuns() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let session = try #require(TerminalSession("one", directory: directory))
        #expect(!session.isRegistered && session.process == nil)
        try session.register(getpid())
        #expect(session.isRegistered && session.process == getpid())
        // Another process that has the number by now began at another time.
        try "\(getpid()) 1\n".write(toFile: directory + "/one", atomically: true, encoding: .utf8)
        #expect(session.process == nil)
        session.forget()
        #expect(!session.isRegistered)
    }

    @Test(arguments: ["", "../x", "a/b", "A", String(repeating: "a", count: 65)])
    func aNameIsNoPath(name: String) { #expect(TerminalSession(name) == nil) }
}
