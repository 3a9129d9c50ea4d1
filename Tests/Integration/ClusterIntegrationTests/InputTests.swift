import Foundation
import TestSupport
import Testing

/// What is wrong is said before anything starts; no engine and no root are needed for that.
struct InputTests {
    /// The files with a cluster's configuration that is broken, and what is to be said of each.
    static let directory = HostCluster.repository + "/Tests/ClusterSpecTests/Broken"

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.sorted()
    }()

    @Test func thereAreEnough() {
        #expect(Self.names.count >= 30)
    }

    @Test(arguments: names)
    func aBrokenConfigurationIsRefused(name: String) throws {
        let result = try Command.run([
            "sh", "-c", "cd \"$1\" && exec \"$2\" cluster --config \"$3\" -- true", "sh", Self.directory,
            BuiltBinary.path("kinkajou"), name,
        ])
        #expect(result.status == 64, "\(result)")
        let expected = try String(
            contentsOfFile: "\(Self.directory)/\(name.dropLast(5)).expected", encoding: .utf8)
        // One problem is the error, several are its evidence.
        let problems = expected.split(separator: "\n")
        let lines = result.errors.split(separator: "\n")
        #expect(
            problems.count == 1
                ? lines == ["error: \(problems[0])"]
                : Array(lines.prefix(problems.count)) == problems.map { "  | \($0)" })
        #expect(result.output.isEmpty)
    }

    @Test func aConfigurationIsReadFromStandardInput() throws {
        let result = try Command.run([
            "sh", "-c", "echo 'kind: Cluster' | \"$1\" cluster --config - -- true", "sh",
            BuiltBinary.path("kinkajou"),
        ])
        #expect(result.status == 64, "\(result)")
        #expect(result.errors.hasPrefix("error: -:1:1: apiVersion: "), "\(result)")
    }

    @Test(arguments: [
        ["--wait-for", "everything"], ["--wait", "soon"], ["--config", "/nowhere/kind.yaml"],
        ["--pod-subnet", "10.0.0.0"], ["--api-server-address", "here"], ["--cert-san", "not a name"],
        ["--status-address", "nowhere"], ["--image", "kindest/node:v1.10.0"], ["--no-such-option"],
    ])
    func aBadOptionIsRefused(options: [String]) throws {
        let result = try run(options)
        #expect(result.status == 64, "\(result)")
        #expect(!result.errors.isEmpty && result.output.isEmpty, "\(result)")
    }

    private func run(_ options: [String]) throws -> Command.Result {
        try Command.run([BuiltBinary.path("kinkajou"), "cluster"] + options + ["--", "true"])
    }
}
