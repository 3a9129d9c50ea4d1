import Foundation
import TestSupport
import Testing

/// The release binaries need nothing of the system they run on: no Swift, no shared library.
@Suite(.serialized, .needs(.docker, .binaries))
struct StaticBinaryTests {
    private static let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(
        separator: "/"
    )
    .replacingOccurrences(of: "//", with: "/")

    @Test(arguments: ["bookworm", "trixie"])
    func theyRunInAMinimalDebian(suite: String) throws {
        try Command.require("\(Self.root)/scripts/base-image", suite, seconds: 900)
        try runAll(in: "kinkajou/debian:\(suite)")
    }

    @Test func theyRunInAnEmptyRoot() throws {
        let image = "kj-empty-" + String(UInt32.random(in: .min ... .max), radix: 36)
        try Command.require("sh", "-c", "tar -cf - --files-from=/dev/null | docker import - \(image)")
        defer { _ = try? Command.run(["docker", "rmi", image]) }
        try runAll(in: image)
    }

    private func runAll(in image: String) throws {
        let binaries = URL(fileURLWithPath: try BuiltBinary.path("kinkajou")).deletingLastPathComponent().path
        func run(_ words: String...) throws -> Command.Result {
            try Command.run(["docker", "run", "--rm", "-v", "\(binaries):/k:ro", image] + words)
        }
        let version = try run("/k/kinkajou", "--version")
        #expect(version.status == 0 && !version.output.isEmpty, "\(version)")
        let plan = try run("/k/kinkajou", "dind", "--dry-run", "-o", "json")
        #expect(plan.status == 0 && plan.output.contains("\"decisions\""), "\(plan)")
        // An init whose child is another of our binaries: there may be nothing else to run.
        let nested = try run("/k/kinkajou-init", "-s", "--", "/k/kinkajou", "--version")
        #expect(nested.output == version.output, "\(nested)")
        let init1 = try run("/k/kinkajou", "init", "--", "/k/kinkajou-init", "-s", "--", "/no/such/file")
        #expect(init1.status == 127, "\(init1)")
        let wrapper = try run("/k/kinkajou-oci", "--version")
        #expect(wrapper.status == (wrapper.output.isEmpty ? 127 : 0), "\(wrapper)")
    }
}
