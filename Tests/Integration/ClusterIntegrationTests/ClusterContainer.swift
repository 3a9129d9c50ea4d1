import Foundation
import TestSupport
import Testing

/// A container of the image `kinkajou/pod` that runs `kinkajou cluster`, with an archive of the node image.
final class ClusterContainer: RunningCluster {
    /// Its name on the outer engine.
    let name: String
    private let process: ChildProcess

    /// Runs `kinkajou cluster` in the foreground of a `docker run`.
    ///
    /// - Parameters:
    ///   - flags: For `docker run`.
    ///   - arguments: For `kinkajou cluster`.
    ///   - archive: What lies in `/images`; nil: nothing.
    init(
        _ flags: [String] = ["--privileged"], _ arguments: [String] = [],
        archive: String? = try? Archives.node()
    ) throws {
        name = "kj-cluster-" + String(UInt32.random(in: .min ... .max), radix: 36)
        var words = ["run", "--rm", "--name", name, "--entrypoint", "kinkajou"] + flags
        if let archive { words += ["-v", "\(archive):/images/node.tar:ro"] }
        process = try ChildProcess(
            ChildProcess.Setup("docker", words + [ImageUnderTest.pod.name, "cluster"] + arguments))
    }

    deinit { remove() }

    func run(_ words: [String], seconds: Double) throws -> Command.Result {
        try Command.run(["docker", "exec", name] + words, seconds: seconds)
    }

    func copy(_ file: String, to path: String) throws {
        try Command.require("docker", "cp", file, "\(name):\(path)")
    }

    /// Its address on the outer engine's network.
    func address() throws -> String {
        try Command.require("docker", "inspect", "--format", "{{.NetworkSettings.IPAddress}}", name)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Waits until it has said something, or has ended.
    func waitForErrors(_ text: String, seconds: Double = 600) throws {
        try process.waitForErrors(text, seconds: seconds)
    }

    /// Waits for its end, and returns its exit status.
    func wait(seconds: Double = 600) throws -> Int32 { try process.wait(seconds: seconds) }

    /// Sends a signal to its PID 1.
    func kill(_ signal: String) throws {
        try Command.require("docker", "kill", "--signal", signal, name)
    }

    /// What it has written to stdout.
    var output: String { process.output }
    /// What it has written to stderr.
    var errors: String { process.errors }

    /// Takes it away, with its volume.
    func remove() {
        _ = try? Command.run(["docker", "rm", "-f", "-v", name])
        process.end()
    }
}

/// Nothing may be left on this machine.
func expectNothingLeft(since before: HostSnapshot) throws {
    #expect(HostSnapshot.left(since: before, after: 30) == [])
}
