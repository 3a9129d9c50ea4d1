import Foundation
import KubernetesTestSupport
import TestSupport
import Testing
import Values

@testable import KubernetesAPI

@Suite struct KubeconfigFileTests {
    private func mode(_ path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? 0
    }

    @Test func aNewFileIsPrivate() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder + "/a/b/config"
            try KubeconfigFile(path: path).update { $0.setUser("u", ["token": "t"]) }
            #expect(try mode(path) == 0o600)
            #expect(try Kubeconfig.load(explicit: path, environment: [:]).user("u")?["token"] == "t")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/a/b") == ["config"])
        }
    }

    @Test func modeAndLinkAreKept() async throws {
        try await withTemporaryDirectory { folder in
            try writeFile(folder + "/real", KubeconfigTests.sample, mode: 0o640)
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "real")
            try KubeconfigFile(path: folder + "/link").update { $0.currentContext = "other" }
            #expect(try mode(folder + "/real") == 0o640)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link") == "real")
            #expect(
                try Kubeconfig.load(explicit: folder + "/real", environment: [:]).currentContext == "other")
        }
    }

    @Test func aFailedChangeChangesNothing() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder + "/config"
            try writeFile(path, KubeconfigTests.sample)
            #expect(throws: CancellationError.self) {
                try KubeconfigFile(path: path).update { config in
                    config.currentContext = "other"
                    throw CancellationError()
                }
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == KubeconfigTests.sample)
            // Nor does a change that changes nothing: the comments of the file stay.
            try KubeconfigFile(path: path).update { $0.currentContext = "dev" }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == KubeconfigTests.sample)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["config"])
        }
    }

    @Test func aBrokenFileIsNotOverwritten() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder + "/config"
            try writeFile(path, "a: [")
            #expect(throws: KubeconfigError.self) {
                try KubeconfigFile(path: path).update { $0.currentContext = "x" }
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "a: [")
        }
    }

    /// Another process makes the lock in kubectl's way, and gives it back when it is told to.
    @Test func waitsForAnotherProcess() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder + "/config"
            try writeFile(path, KubeconfigTests.sample)
            var ends: [Int32] = [-1, -1]
            #expect(pipe(&ends) == 0)
            var setup = ChildProcess.Setup(
                "/bin/sh",
                ["-c", "set -C; : > \"$0\" || exit 1; echo locked; read x; rm \"$0\"", path + ".lock"])
            setup.streams[0] = ends[0]
            let holder = try ChildProcess(setup)
            defer { holder.end() }
            try holder.waitForOutput("locked")
            let error = #expect(throws: KubeconfigError.self) {
                try KubeconfigFile(path: path, lockTimeout: .milliseconds(100)).update {
                    $0.currentContext = "other"
                }
            }
            #expect(error?.description.contains("\(path).lock was made") == true)
            #expect(error?.description.contains("by user \(getuid())") == true)
            #expect(FileManager.default.fileExists(atPath: path + ".lock"))
            #expect(try Kubeconfig.load(explicit: path, environment: [:]).currentContext == "dev")

            async let updated: Void = KubeconfigFile(path: path, lockTimeout: .seconds(30)).update {
                $0.currentContext = "other"
            }
            #expect(write(ends[1], "\n", 1) == 1)
            try await updated
            #expect(try Kubeconfig.load(explicit: path, environment: [:]).currentContext == "other")
            #expect(!FileManager.default.fileExists(atPath: path + ".lock"))
            close(ends[0])
            close(ends[1])
        }
    }

    @Test func saysThatOurOwnProcessHasDied() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder + "/config"
            try writeFile(path + ".lock", "process 999999999 (kinkajou)\n")
            let error = #expect(throws: KubeconfigError.self) {
                try KubeconfigFile(path: path, lockTimeout: .zero).update { $0.currentContext = "x" }
            }
            #expect(
                error?.description.contains("process 999999999 (kinkajou), which no longer runs here") == true
            )
        }
    }

    @Test func manyAtOnceLoseNothing() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder + "/config"
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        try KubeconfigFile(path: path, lockTimeout: .seconds(60)).update {
                            $0.setCluster("c\(number)", ["server": "https://h"])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let names = try Kubeconfig.load(explicit: path, environment: [:]).clusterNames
            #expect(Set(names) == Set((0..<40).map { "c\($0)" }))
        }
    }

    private static let kubectl: String? = ["/usr/bin/kubectl", "/usr/local/bin/kubectl"].first {
        access($0, X_OK) == 0
    }

    /// kubectl gives up at once when the lock is taken, so it is asked until it succeeds.
    @Test(.enabled(if: Self.kubectl != nil, "kubectl is not installed"))
    func takesTurnsWithKubectl() async throws {
        let kubectl = try #require(Self.kubectl)
        try await withTemporaryDirectory { folder in
            let path = folder + "/config"
            let script = """
                for n in 1 2 3; do
                    until "$0" --kubeconfig "$1" config set-cluster "k$n" --server https://k >/dev/null 2>&1; do :; done
                done
                """
            let process = try ChildProcess(ChildProcess.Setup("/bin/sh", ["-c", script, kubectl, path]))
            defer { process.end() }
            var rounds = 0
            while !process.hasEnded(), rounds < 100_000 {
                try KubeconfigFile(path: path, lockTimeout: .seconds(30)).update { config in
                    config.setCluster("own\(rounds % 50)", ["server": .string("https://\(rounds)")])
                }
                rounds += 1
                // kubectl has to find the lock free.
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try process.wait() == 0)
            let names = Set(try Kubeconfig.load(explicit: path, environment: [:]).clusterNames)
            for number in 1...3 { #expect(names.contains("k\(number)")) }
            for number in 0..<min(50, rounds) { #expect(names.contains("own\(number)")) }
        }
    }
}
