import Foundation
import KubernetesTestSupport
import Testing
import Values

@testable import KubernetesAPI

/// A KUBECONFIG list is changed as kubectl changes it.
@Suite struct KubeconfigFilesTests {
    private func files(_ folder: String, _ names: String...) -> KubeconfigFiles {
        let list = names.map { "\(folder)/\($0)" }.joined(separator: ":")
        return KubeconfigFiles(
            explicit: nil, environment: ["KUBECONFIG": list], lockTimeout: .milliseconds(200))
    }

    private func config(_ folder: String, _ name: String) throws -> Kubeconfig {
        try Kubeconfig(yaml: String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8), file: name)
    }

    private static let first = "current-context: a\ncontexts: [{name: a, context: {cluster: a}}]\n"
    private static let second =
        "current-context: b\ncontexts: [{name: b, context: {cluster: b}}, {name: a, context: {cluster: z}}]\n"

    @Test func anEntryIsChangedWhereItIsAndANewOneGoesToTheFirstFileThatIsThere() async throws {
        try await withTemporaryDirectory { folder in
            try writeFile(folder + "/one", Self.first)
            try writeFile(folder + "/two", Self.second)
            let files = files(folder, "missing", "one", "two")
            #expect(try files.read().contextNames == ["a", "b"])
            try files.update { layers in
                layers.setContext("b", ["cluster": "new"])
                layers.setContext("c", ["cluster": "c"])
                layers.currentContext = "c"
            }
            #expect(try config(folder, "two").context("b")?["cluster"] == "new")
            #expect(try config(folder, "one").context("c")?["cluster"] == "c")
            #expect(try config(folder, "one").currentContext == "c")
            #expect(try config(folder, "two").currentContext == "b")
            #expect(!FileManager.default.fileExists(atPath: folder + "/missing"))
        }
    }

    @Test func whatIsRemovedIsRemovedFromAllFiles() async throws {
        try await withTemporaryDirectory { folder in
            try writeFile(folder + "/one", Self.first)
            try writeFile(folder + "/two", Self.second)
            try files(folder, "one", "two").update { layers in
                layers.removeContext("a")
                layers.currentContext = nil
            }
            #expect(try config(folder, "one").contexts.isEmpty)
            #expect(try config(folder, "two").contexts.map(\.name) == ["b"])
            // The other file's own choice stays.
            #expect(try files(folder, "one", "two").read().currentContext == "b")
        }
    }

    @Test func aFileInWhichNothingChangesIsNeitherLockedNorWritten() async throws {
        try await withTemporaryDirectory { folder in
            try writeFile(folder + "/one", Self.first)
            try writeFile(folder + "/two", "# mine\n" + Self.second)
            try writeFile(folder + "/two.lock", "")
            try files(folder, "one", "two").update { $0.setContext("a", ["cluster": "changed"]) }
            #expect(try String(contentsOfFile: folder + "/two", encoding: .utf8).hasPrefix("# mine"))
            #expect(throws: KubeconfigError.self) {
                try files(folder, "one", "two").update { $0.removeContext("b") }
            }
            #expect(FileManager.default.fileExists(atPath: folder + "/two.lock"))
            #expect(!FileManager.default.fileExists(atPath: folder + "/one.lock"))
        }
    }

    @Test func whatCannotBeWrittenIsKnownBefore() async throws {
        try await withTemporaryDirectory { folder in
            try writeFile(folder + "/file", "")
            try writeFile(folder + "/broken", "a: [")
            func check(_ path: String) throws {
                try KubeconfigFiles(explicit: path, environment: [:]).checkWritable()
            }
            try check(folder + "/new/deeper/config")
            try check(folder + "/file")
            for path in [folder, folder + "/file/config", folder + "/broken", "/proc/sys/config"] {
                #expect(throws: KubeconfigError.self, "\(path)") { try check(path) }
            }
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["broken", "file"])
        }
    }
}
