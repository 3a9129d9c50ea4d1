import Foundation
import TestSupport

/// A user of the local Docker, with a home, a kubeconfig and a cluster's name of its own.
struct DockerClient {
    let home: String
    /// For the cluster.
    let name: String

    init() throws {
        home = FileManager.default.temporaryDirectory.path + "/kinkajou-\(UUID().uuidString)"
        name = "kj-" + String(UInt32.random(in: .min ... .max), radix: 36)
        try FileManager.default.createDirectory(
            atPath: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// A program of this user's that is to be started.
    func setup(_ program: String, _ words: [String]) -> ChildProcess.Setup {
        var setup = ChildProcess.Setup(program, words)
        var variables = ProcessInfo.processInfo.environment
        variables["HOME"] = home
        variables["KUBECONFIG"] = home + "/kubeconfig"
        variables["KINKAJOU_PROVIDER"] = "docker"
        setup.environment = variables.map { "\($0)=\($1)" }
        return setup
    }

    /// Runs a program as this user.
    func run(_ program: String, _ words: [String], seconds: Double = 120) throws -> Command.Result {
        try Command.run(setup(program, words), seconds: seconds)
    }

    /// Runs `kinkajou` as this user.
    func kinkajou(_ words: String..., seconds: Double = 120) throws -> Command.Result {
        try run(try BuiltBinary.path("kinkajou"), words, seconds: seconds)
    }

    /// Deletes the cluster, if there is one, and the home.
    func remove() {
        _ = try? kinkajou("delete", "cluster", "--name", name)
        try? FileManager.default.removeItem(atPath: home)
    }
}
