import Foundation
import Testing

@testable import ClusterSpec

/// Every file in `Broken/` is refused with exactly the messages beside it.
///
/// `KINKAJOU_WRITE_EXPECTED=1 scripts/test --unit` writes the messages anew; read the difference before it is
/// committed.
@Suite struct BrokenConfigTests {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Broken")

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    @Test func thereAreEnough() {
        #expect(Self.names.count >= 40)
    }

    @Test(arguments: names)
    func isRefusedWithEveryProblem(name: String) throws {
        let input = try Data(contentsOf: Self.directory.appending(path: "\(name).yaml"))
        let expected = Self.directory.appending(path: "\(name).expected")
        let error = try #require(throws: ClusterConfigError.self) {
            _ = try ParsedCluster(yaml: input, file: "\(name).yaml")
        }
        let text = "\(error)\n"
        if ProcessInfo.processInfo.environment["KINKAJOU_WRITE_EXPECTED"] == "1" {
            try Data(text.utf8).write(to: expected)
        }
        #expect(try String(contentsOf: expected, encoding: .utf8) == text)
        #expect(!error.problems.isEmpty)
    }

    @Test func standardInputIsNamedByADash() throws {
        let error = try #require(throws: ClusterConfigError.self) {
            _ = try ParsedCluster(
                yaml: "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnam: a\n", file: "-")
        }
        #expect(error.description == "-:3:1: nam: unknown field; did you mean \"name\"?")
    }
}
