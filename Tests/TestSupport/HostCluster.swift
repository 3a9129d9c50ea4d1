internal import Foundation

/// A Kubernetes cluster in the local Docker for clusters in Pods, as `scripts/host-cluster` makes it: with the
/// image ``podImage`` loaded, which brings the node image along.
public struct HostCluster: Sendable {
    /// The image of Pods with clusters, by the name that it has in every host cluster.
    public static let podImage = "kinkajou/pod:latest"
    /// The variable that names a host cluster that is there already; it is used, and stays.
    public static let variable = "KINKAJOU_TEST_HOST"
    /// The host cluster around the suite that runs.
    @TaskLocal public static var current: HostCluster?

    /// The root of the repository.
    public static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Its name.
    public let name: String
    /// A kubeconfig of an administrator, for this machine.
    public let kubeconfig: String
    /// Whether it was made for these tests, and goes with them.
    public let isOwn: Bool
    /// Its only node, which is the name of a container too.
    public var node: String { "\(name)-control-plane" }

    /// The cluster around the suite.
    ///
    /// - Throws: ``Missing`` in a suite without the trait `.hostCluster`.
    public static func required() throws -> HostCluster {
        guard let current else { throw Missing() }
        return current
    }

    /// A suite without the trait.
    public struct Missing: Error, CustomStringConvertible {
        /// What to do.
        public let description = "no host cluster is around this test: give its suite the trait .hostCluster"
    }

    /// The name in the environment.
    private static var given: String? {
        ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The ID of the container that is the node of the host cluster in the environment.
    static let givenContainer: String? = {
        guard let given,
            let inspect = try? Command.run(["docker", "inspect", "-f", "{{.Id}}", "\(given)-control-plane"]),
            inspect.status == 0
        else { return nil }
        return inspect.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }()

    /// Makes one, or takes the one that is named in the environment.
    static func up() throws -> HostCluster {
        let given = given
        let name = given ?? "kj-host-" + String(UInt32.random(in: .min ... .max), radix: 36)
        let directory = FileManager.default.temporaryDirectory.path + "/kinkajou-\(name)"
        let kubeconfig = "\(directory)/kubeconfig"
        do {
            try script("up", name: name, kubeconfig: kubeconfig)
        } catch {
            if given == nil { try? script("down", name: name, kubeconfig: kubeconfig) }
            throw error
        }
        return HostCluster(name: name, kubeconfig: kubeconfig, isOwn: given == nil)
    }

    /// Takes it away, if it is our own.
    func down() throws {
        if isOwn {
            try Self.script("down", name: name, kubeconfig: kubeconfig)
        } else {
            try? FileManager.default.removeItem(atPath: (kubeconfig as NSString).deletingLastPathComponent)
        }
    }

    private static func script(_ verb: String, name: String, kubeconfig: String) throws {
        let words = ["\(repository)/scripts/host-cluster", verb]
        var setup = ChildProcess.Setup(words[0], [verb])
        let own = ["KINKAJOU_HOST": name, "KINKAJOU_KUBECONFIG": kubeconfig]
        setup.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }.map { "\($0)=\($1)" }
        let result = try Command.run(setup, seconds: 600)
        guard result.status == 0 else { throw Command.Failure(words: words, result: result) }
    }

    // MARK: - Using it

    /// Runs kubectl, and returns whatever comes of it.
    public func run(_ words: [String], seconds: Double = 120) throws -> Command.Result {
        try Command.run(client(words), seconds: seconds)
    }

    /// Runs a kubectl command that must succeed, and returns its stdout without the last newline.
    @discardableResult
    public func kubectl(_ words: String..., seconds: Double = 120) throws -> String {
        let result = try run(words, seconds: seconds)
        guard result.status == 0 else { throw Command.Failure(words: ["kubectl"] + words, result: result) }
        return result.output.hasSuffix("\n") ? String(result.output.dropLast()) : result.output
    }

    /// Hands a manifest to `kubectl apply`.
    public func apply(_ manifest: String) throws {
        let path = FileManager.default.temporaryDirectory.path + "/kinkajou-\(UUID().uuidString).yaml"
        try manifest.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try kubectl("apply", "-f", path)
    }

    /// A kubectl that the caller starts, such as one that forwards ports.
    public func client(_ words: [String]) -> ChildProcess.Setup {
        ChildProcess.Setup("kubectl", ["--kubeconfig", kubeconfig] + words)
    }

    /// Runs a command in its node that must succeed, and returns its stdout without the last newline.
    @discardableResult
    public func inNode(_ words: String..., seconds: Double = 120) throws -> String {
        let all = ["docker", "exec", node] + words
        let result = try Command.run(all, seconds: seconds)
        guard result.status == 0 else { throw Command.Failure(words: all, result: result) }
        return result.output.hasSuffix("\n") ? String(result.output.dropLast()) : result.output
    }
}
