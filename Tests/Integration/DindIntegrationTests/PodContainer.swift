import Foundation
import TestSupport

/// A container of the image `kinkajou/pod` on this machine's Docker engine.
final class PodContainer {
    /// Its name on the outer engine.
    let name: String
    private let process: ChildProcess

    /// Runs a container in the foreground of a `docker run`, so that its streams and status are seen.
    ///
    /// - Parameters:
    ///   - flags: For `docker run`, beside `--rm`.
    ///   - arguments: For the entrypoint, `kinkajou dind`.
    init(_ flags: [String] = ["--privileged"], _ arguments: [String] = []) throws {
        name = "kj-dind-" + String(UInt32.random(in: .min ... .max), radix: 36)
        let busybox = try NestedImage.archive()
        process = try ChildProcess(
            ChildProcess.Setup(
                "docker",
                ["run", "--rm", "--name", name, "-v", "\(busybox):/images/busybox.tar:ro"] + flags
                    + [ImageUnderTest.pod.name] + arguments))
    }

    deinit { remove() }

    /// Waits until the nested engine answers.
    func waitUntilReady() throws {
        try process.waitForErrors("kinkajou: ready", seconds: 120)
    }

    /// A container that serves, ready, with the test image loaded.
    static func serving(_ flags: [String] = ["--privileged"], _ arguments: [String] = []) throws
        -> PodContainer
    {
        let container = try PodContainer(flags, arguments)
        try container.waitUntilReady()
        try container.require("docker", "load", "-qi", "/images/busybox.tar")
        return container
    }

    /// Runs a command in the container.
    func exec(_ words: String..., seconds: Double = 120) throws -> Command.Result {
        try Command.run(["docker", "exec", name] + words, seconds: seconds)
    }

    /// Runs a command in the container that must succeed, and returns its stdout without the last newline.
    @discardableResult
    func require(_ words: String..., seconds: Double = 120) throws -> String {
        let result = try Command.run(["docker", "exec", name] + words, seconds: seconds)
        guard result.status == 0 else { throw Command.Failure(words: words, result: result) }
        return result.output.hasSuffix("\n") ? String(result.output.dropLast()) : result.output
    }

    /// Sends a signal to its PID 1.
    func kill(_ signal: String) throws {
        try Command.require("docker", "kill", "--signal", signal, name)
    }

    /// Waits for its end, and returns its exit status.
    func wait(seconds: Double = 120) throws -> Int32 {
        try process.wait(seconds: seconds)
    }

    /// Waits until its command has said something.
    func waitForOutput(_ text: String, seconds: Double = 60) throws {
        try process.waitForOutput(text, seconds: seconds)
    }

    /// Waits until kinkajou itself has said something.
    func waitForErrors(_ text: String, seconds: Double = 60) throws {
        try process.waitForErrors(text, seconds: seconds)
    }

    /// What it has written to stdout.
    var output: String { process.output }
    /// What it has written to stderr.
    var errors: String { process.errors }

    /// Its identifier.
    func identifier() throws -> String {
        try Command.require("docker", "inspect", "--format", "{{.Id}}", name)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Takes it away, with its volume.
    func remove() {
        _ = try? Command.run(["docker", "rm", "-f", "-v", name])
        process.end()
    }

    /// Runs a container to its end.
    static func run(
        _ flags: [String] = ["--privileged"], _ arguments: [String], seconds: Double = 180
    ) throws -> Command.Result {
        let container = try PodContainer(flags, arguments)
        defer { container.remove() }
        let status = try container.wait(seconds: seconds)
        return Command.Result(status: status, output: container.output, errors: container.errors)
    }
}

/// An image for nested containers: busybox, from Debian's static package, as `docker save` writes it.
enum NestedImage {
    static let name = "busybox:kinkajou"

    /// The archive's path. It is made once, and lies beside the test's other products.
    static func archive() throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/kinkajou-busybox-\(getpid()).tar"
        if FileManager.default.fileExists(atPath: path) { return path }
        let tree = path + ".tree"
        defer { try? FileManager.default.removeItem(atPath: tree) }
        for directory in ["bin", "tmp", "etc", "proc", "dev", "sys"] {
            try FileManager.default.createDirectory(
                atPath: "\(tree)/\(directory)", withIntermediateDirectories: true)
        }
        try Command.require("install", "-m", "0755", "/bin/busybox", "\(tree)/bin/busybox")
        try Command.require("chroot", tree, "/bin/busybox", "--install", "-s", "/bin")
        try Command.require(
            "sh", "-c",
            "tar -C \(tree) -c . | docker import -c 'CMD [\"sh\"]' - \(name) && docker save -o \(path).new \(name)"
                + " && docker rmi \(name) && mv \(path).new \(path)")
        atexit { unlink(FileManager.default.temporaryDirectory.path + "/kinkajou-busybox-\(getpid()).tar") }
        return path
    }
}
