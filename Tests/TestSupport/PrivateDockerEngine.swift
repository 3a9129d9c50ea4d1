internal import Foundation
internal import Glibc

/// A Docker engine for one test or suite: its own daemon, containerd, socket, directories and cgroup parent,
/// without a bridge and without touching iptables, so that it disturbs no engine of the machine.
///
/// It is taken down by ``stop()``, which is also called when it is released: processes, mounts, cgroups and
/// files. Containers have no network.
public final class PrivateDockerEngine {
    /// How the daemon is to be.
    public struct Options {
        /// `--init-path`: what `docker run --init` puts into containers as PID 1.
        public var initPath: String?
        /// `--add-runtime`: OCI runtimes beside runc, name to path.
        public var runtimes: [String: String] = [:]
        /// `--default-runtime`.
        public var defaultRuntime: String?
        /// Anything else for the daemon's command line.
        public var arguments: [String] = []

        /// A plain engine.
        public init() {}
    }

    /// An engine that did not come up.
    public struct StartFailure: Error, CustomStringConvertible {
        let log: String
        /// The end of the daemon's log.
        public var description: String { "the private dockerd did not start:\n\(log.suffix(4000))" }
    }

    /// Everything of it is below this directory.
    public let root: String
    /// The value of DOCKER_HOST.
    public var host: String { "unix://\(root)/docker.sock" }
    /// The name of the cgroup below which its containers are, in each hierarchy.
    public let cgroupParent: String
    private var daemon: ChildProcess?

    /// Starts an engine, and waits until it answers.
    public init(_ options: Options = Options()) throws {
        // Short: the path of a unix socket has some hundred bytes.
        let name = "kj-" + String(UInt32.random(in: .min ... .max), radix: 36)
        root = "/tmp/\(name)"
        cgroupParent = name
        try FileManager.default.createDirectory(
            atPath: root, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])

        var words = [
            "--data-root=\(root)/data", "--exec-root=\(root)/exec", "--pidfile=\(root)/docker.pid",
            "--host=\(host)", "--cgroup-parent=/\(name)", "--config-file=\(root)/daemon.json",
            "--bridge=none", "--iptables=false", "--ip-forward=false", "--ip-masq=false",
            "--userland-proxy=false", "--shutdown-timeout=5",
        ]
        if let initPath = options.initPath { words.append("--init-path=\(initPath)") }
        words += options.runtimes.sorted { $0.key < $1.key }.map { "--add-runtime=\($0.key)=\($0.value)" }
        if let runtime = options.defaultRuntime { words.append("--default-runtime=\(runtime)") }
        words += options.arguments
        try "{}".write(toFile: "\(root)/daemon.json", atomically: false, encoding: .utf8)

        let log = open("\(root)/dockerd.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(log) }
        // In a network namespace of its own: a dockerd without a bridge takes docker0 away from the others.
        var setup = ChildProcess.Setup("unshare", ["--net", "--", "dockerd"] + words)
        setup.streams = [nil, log, log]
        do {
            let daemon = try ChildProcess(setup)
            self.daemon = daemon
            try Wait.until("dockerd to answer", seconds: 90) {
                if daemon.hasEnded() { throw StartFailure(log: logText) }
                return try access("\(root)/docker.sock", F_OK) == 0
                    && docker("version").status == 0
            }
        } catch {
            let text = logText
            stop()
            throw error is ChildProcess.Timeout ? StartFailure(log: text) : error
        }
    }

    /// Runs the docker client against this engine, and returns whatever comes of it.
    public func docker(_ words: String..., seconds: Double = 120) throws -> Command.Result {
        try Command.run(client(words), seconds: seconds)
    }

    /// Runs a docker command that must succeed, and returns its stdout without the last newline.
    @discardableResult
    public func require(_ words: String..., seconds: Double = 120) throws -> String {
        let result = try Command.run(client(words), seconds: seconds)
        guard result.status == 0 else { throw Command.Failure(words: ["docker"] + words, result: result) }
        return result.output.hasSuffix("\n") ? String(result.output.dropLast()) : result.output
    }

    /// A docker client that is to be started by the caller, such as on a terminal.
    public func client(_ words: [String]) -> ChildProcess.Setup {
        ChildProcess.Setup("docker", ["--host", host] + words)
    }

    /// Makes an image of busybox and the given files (path inside, path outside); with a dynamic executable
    /// go the libraries that it needs.
    ///
    /// - Parameter changes: Dockerfile instructions, such as `ENTRYPOINT ["/init", "--"]`.
    public func makeImage(
        named name: String, files: [String: String] = [:], changes: [String] = []
    ) throws {
        let tree = "\(root)/image-\(UInt32.random(in: .min ... .max))"
        defer { try? FileManager.default.removeItem(atPath: tree) }
        for directory in ["bin", "tmp", "etc", "proc", "dev", "sys"] {
            try FileManager.default.createDirectory(
                atPath: "\(tree)/\(directory)", withIntermediateDirectories: true)
        }
        let busybox = try Command.require("sh", "-c", "command -v busybox").dropLast()
        var all = files
        all["/bin/busybox"] = String(busybox)
        for file in all.values {
            for library in try BuiltBinary.libraries(of: file) { all[library] = library }
        }
        for (inside, outside) in all.sorted(by: { $0.key < $1.key }) {
            try Command.require("install", "-D", "-m", "0755", outside, tree + inside)
        }
        try Command.require("chroot", tree, "/bin/busybox", "--install", "-s", "/bin")
        try Command.require("tar", "-C", tree, "-cf", "\(tree).tar", ".")
        defer { unlink("\(tree).tar") }
        let words = ["import"] + changes.flatMap { ["--change", $0] } + ["\(tree).tar", name]
        let result = try Command.run(client(words), seconds: 120)
        guard result.status == 0 else { throw Command.Failure(words: ["docker"] + words, result: result) }
    }

    /// What the daemon has logged.
    public var logText: String {
        (try? String(contentsOfFile: "\(root)/dockerd.log", encoding: .utf8)) ?? ""
    }

    /// Takes all of it down. Does nothing the second time.
    public func stop() {
        guard let daemon else {
            try? FileManager.default.removeItem(atPath: root)
            return
        }
        self.daemon = nil
        if let containers = try? docker("ps", "-aq").output.split(separator: "\n"), !containers.isEmpty {
            _ = try? Command.run(client(["rm", "-f"] + containers.map(String.init)), seconds: 60)
        }
        daemon.signal(SIGTERM)
        _ = try? daemon.wait(seconds: 30)
        daemon.end()
        // containerd and its shims name a path below the root on their command lines.
        let killLimit = 10.0
        try? Wait.until("the engine's processes to end", seconds: killLimit) {
            let left = ProcessSnapshot.processes(naming: root)
            for pid in left { kill(pid, SIGKILL) }
            return left.isEmpty
        }
        for mount in ProcessSnapshot.mounts(below: root).reversed() { umount2(mount, Int32(MNT_DETACH)) }
        for directory in ProcessSnapshot.cgroups(named: cgroupParent) { rmdir(directory) }
        try? FileManager.default.removeItem(atPath: root)
    }

    deinit { stop() }
}
