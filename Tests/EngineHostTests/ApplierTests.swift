import EnginePlan
import Foundation
import HostFacts
import Linux
import Testing

@testable import EngineHost

/// Steps are carried out in order and taken back in the opposite one. Those that need no root are real here; the
/// others are in the tests on real parts.
struct ApplierTests {
    /// A directory that is gone afterwards.
    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/kinkajou-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Files.makeDirectories(path)
        try await body(path)
    }

    private func step(_ action: Action, isOptional: Bool = false) -> PlannedStep {
        PlannedStep(action, because: "a test wants it", isOptional: isOptional)
    }

    /// A step that fails for everybody: a file is in the way.
    private func failing(in directory: String) throws -> Action {
        try Files.replace(directory + "/file", with: "", mode: 0o600)
        return .makeCgroup(directory + "/file/cgroup")
    }

    private func strategy(_ name: String, _ actions: [Action]) -> CgroupStrategy {
        CgroupStrategy(
            name: name, steps: actions.map { step($0) }, parent: "/", parentDirectories: [], reason: "")
    }

    @Test func whatWasMadeIsTakenBack() async throws {
        try await withDirectory { directory in
            let applier = Applier()
            // The second is made in the first: only the opposite order can take both back.
            try await applier.apply(step(.makeCgroup(directory + "/a/b")))
            try await applier.apply(
                step(.selectPacketFilter(backend: .nft, directory: directory + "/a/b/bin")))
            #expect(Files.exists(directory + "/a/b/bin"))
            #expect(await applier.undoAll() == [])
            #expect(Files.directories(in: directory) == [])
            // A second time there is nothing left to do.
            #expect(await applier.undoAll() == [])
        }
    }

    /// What was there before stays: a directory, and a setting's value.
    @Test func whatIsNotOursStays() async throws {
        try await withDirectory { directory in
            try Files.makeDirectories(directory + "/theirs")
            try Files.replace(directory + "/setting", with: "1", mode: 0o600)
            let applier = Applier()
            try await applier.apply(step(.makeCgroup(directory + "/theirs/ours")))
            await applier.remember(restoring: directory + "/setting", to: "0")
            #expect(await applier.undoAll() == [])
            #expect(Files.directories(in: directory) == ["theirs"])
            #expect(Files.directories(in: directory + "/theirs") == [])
            #expect(try Files.read(directory + "/setting") == "0")
        }
    }

    /// One thing that cannot be taken back does not keep the others.
    @Test func anUndoThatFailsIsNamed() async throws {
        try await withDirectory { directory in
            let applier = Applier()
            try await applier.apply(step(.makeCgroup(directory + "/first")))
            try await applier.apply(step(.makeCgroup(directory + "/second")))
            try Files.makeDirectories(directory + "/second/somebody")
            let complaints = await applier.undoAll()
            #expect(complaints.count == 1)
            #expect(complaints.first?.contains(directory + "/second") == true, "\(complaints)")
            #expect(Files.directories(in: directory) == ["second"])
        }
    }

    @Test func anOptionalStepThatFailsIsAWarning() async throws {
        try await withDirectory { directory in
            let applier = Applier()
            let action = try failing(in: directory)
            try await applier.apply(step(action, isOptional: true))
            let warnings = await applier.warnings
            #expect(warnings.count == 1)
            #expect(warnings.first?.contains("a test wants it") == true, "\(warnings)")
            await #expect(throws: StepError.self) { try await applier.apply(step(action)) }
        }
    }

    /// A strategy that fails half-way leaves nothing to the next one, and nothing that was done before it goes.
    @Test func theNextStrategyStartsClean() async throws {
        try await withDirectory { directory in
            let applier = Applier()
            try await applier.apply(step(.makeCgroup(directory + "/before")))
            let bad = strategy("bad", [.makeCgroup(directory + "/half"), try failing(in: directory)])
            let good = strategy("good", [.makeCgroup(directory + "/good")])
            let chosen = try await applier.apply(firstOf: [bad, good])
            #expect(chosen == good)
            #expect(Files.directories(in: directory).sorted() == ["before", "good"])
            #expect(await applier.warnings.count == 1)
            #expect(await applier.undoAll() == [])
            #expect(Files.directories(in: directory) == [])
        }
    }

    @Test func noStrategyWorks() async throws {
        try await withDirectory { directory in
            let applier = Applier()
            let bad = strategy("bad", [.makeCgroup(directory + "/half"), try failing(in: directory)])
            await #expect(throws: StepError.self) { try await applier.apply(firstOf: [bad]) }
            await #expect(throws: StepError.self) { try await applier.apply(firstOf: []) }
            #expect(Files.directories(in: directory) == [])
        }
    }
}
