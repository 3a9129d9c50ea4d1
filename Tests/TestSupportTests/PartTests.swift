import Testing

@testable import TestSupport

/// A part that is missing is never a silent skip.
struct PartTests {
    private let missing = Part("flux-capacitor") { "there is none: build one" }
    private var machine: Part { Part("time-machine", needs: [missing]) { nil } }

    @Test func whatIsMissingIsNamedWithItsCure() throws {
        let error = try #require(throws: Part.Missing.self) {
            try Part.areThere([machine], skipped: ["another"])
        }
        #expect(
            error.description
                == "the part 'flux-capacitor' is missing: there is none: build one "
                + "(or skip these tests: KINKAJOU_TEST_SKIP=flux-capacitor)")
    }

    @Test(arguments: ["flux-capacitor", "time-machine"])
    func whatIsNamedIsDoneWithout(name: String) throws {
        #expect(try !Part.areThere([machine], skipped: [name]))
    }

    @Test func whatIsThereIsUsed() throws {
        #expect(try Part.areThere([.program("sh")], skipped: []))
        #expect(throws: Part.Missing.self) { try Part.areThere([.program("no-such-program")], skipped: []) }
    }
}
