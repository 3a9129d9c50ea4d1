import Foundation
import TestSupport
import Testing

/// A container of the image `kinkajou/pod` that runs `kinkajou cluster`, with an archive of the node image.
final class ClusterContainer {
    /// The image under test.
    static let image = ProcessInfo.processInfo.environment["KINKAJOU_POD_IMAGE"] ?? "kinkajou/pod:latest"
    /// The node image.
    static let nodeImage = ProcessInfo.processInfo.environment["NODE_IMAGE"] ?? "kinkajou/node:v1.20.2"

    /// Why these tests cannot run here; nil where they can.
    static let obstacle: String? = {
        if geteuid() != 0 { return "not root" }
        guard let version = try? Command.run(["docker", "version"]), version.status == 0 else {
            return "no Docker engine answers: run scripts/bootstrap"
        }
        for (image, cure) in [(image, "make images"), (nodeImage, "make node-image")] {
            guard let inspect = try? Command.run(["docker", "image", "inspect", image]), inspect.status == 0
            else { return "\(image) is not there: run \(cure)" }
        }
        return nil
    }()

    /// Its name on the outer engine.
    let name: String
    private let process: ChildProcess

    /// Runs `kinkajou cluster` in the foreground of a `docker run`.
    ///
    /// - Parameters:
    ///   - flags: For `docker run`.
    ///   - arguments: For `kinkajou cluster`.
    ///   - hasArchive: Whether the node image is at hand.
    init(_ flags: [String] = [], _ arguments: [String] = [], hasArchive: Bool = true) throws {
        name = "kj-cluster-" + String(UInt32.random(in: .min ... .max), radix: 36)
        var words = ["run", "--rm", "--privileged", "--name", name, "--entrypoint", "kinkajou"] + flags
        if hasArchive { words += ["-v", "\(try Archives.node()):/images/node.tar:ro"] }
        process = try ChildProcess(ChildProcess.Setup("docker", words + [Self.image, "cluster"] + arguments))
    }

    deinit { remove() }

    /// Runs a command in the container that must succeed, and returns its stdout without the last newline.
    @discardableResult
    func require(_ words: String..., seconds: Double = 120) throws -> String {
        let result = try Command.run(["docker", "exec", name] + words, seconds: seconds)
        guard result.status == 0 else { throw Command.Failure(words: words, result: result) }
        return result.output.hasSuffix("\n") ? String(result.output.dropLast()) : result.output
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

/// Archives of images for nested engines and clusters, each made once.
enum Archives {
    /// The node image.
    static func node() throws -> String {
        try made("node") { path in
            try Command.require("docker", "save", "-o", path, ClusterContainer.nodeImage, seconds: 300)
        }
    }

    /// The name of the image with a web server and a client.
    static let webName = "docker.io/library/web:kinkajou"

    /// Our Debian base, which resolves names as programs do, with busybox's web server in it.
    static func web() throws -> String {
        try made("web") { path in
            let page = path + ".html"
            try "it works\n".write(toFile: page, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(atPath: page) }
            let maker = "kj-cluster-web-\(getpid())"
            try Command.require("docker", "create", "--name", maker, "kinkajou/debian:trixie", "bash")
            defer { _ = try? Command.run(["docker", "rm", "-f", maker]) }
            try Command.require("docker", "cp", "/bin/busybox", "\(maker):/usr/local/bin/busybox")
            try Command.require("docker", "cp", page, "\(maker):/srv/index.html")
            try Command.require("docker", "commit", maker, "web:kinkajou")
            defer { _ = try? Command.run(["docker", "rmi", "web:kinkajou"]) }
            try Command.require("docker", "save", "-o", path, "web:kinkajou", seconds: 120)
        }
    }

    private static func made(_ name: String, _ make: (String) throws -> Void) throws -> String {
        let directory = FileManager.default.temporaryDirectory.path + "/kinkajou-archives-\(getpid())"
        let path = "\(directory)/\(name).tar"
        if FileManager.default.fileExists(atPath: path) { return path }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try make(path)
        atexit {
            let directory = FileManager.default.temporaryDirectory.path + "/kinkajou-archives-\(getpid())"
            try? FileManager.default.removeItem(atPath: directory)
        }
        return path
    }
}

/// Nothing may be left on this machine.
func expectNothingLeft(since before: HostSnapshot) throws {
    #expect(HostSnapshot.left(since: before, after: 30) == [])
}
