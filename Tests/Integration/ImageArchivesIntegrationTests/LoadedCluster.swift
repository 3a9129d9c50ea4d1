import Foundation
import ImageArchives
import TestSupport
import Testing

/// A cluster of two nodes that the real kind made in the local engine, and images to load into it.
final class LoadedCluster {
    let name = "kj-load-" + String(UInt32.random(in: .min ... .max), radix: 36)
    let directory: String
    var controlPlane: String { name + "-control-plane" }
    var worker: String { name + "-worker" }
    var nodes: [String] { [controlPlane, worker] }
    private var made: [String] = []
    /// kind makes its network with the first cluster, and leaves it.
    private let hadNetwork: Bool

    init() throws {
        hadNetwork = try Command.run(["docker", "network", "inspect", "kind"]).status == 0
        directory = FileManager.default.temporaryDirectory.path + "/" + name
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let config =
            "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- role: control-plane\n- role: worker\n"
        try config.write(toFile: path("kind.yaml"), atomically: true, encoding: .utf8)
        try Command.require(
            "kind", "create", "cluster", "--name", name, "--image", ImageUnderTest.node.name, "--config",
            path("kind.yaml"),
            "--kubeconfig", path("kubeconfig"), seconds: 300)
    }

    func remove() {
        _ = try? Command.run([
            "kind", "delete", "cluster", "--name", name, "--kubeconfig", path("kubeconfig"),
        ])
        if !hadNetwork { _ = try? Command.run(["docker", "network", "rm", "kind"]) }
        if !made.isEmpty { _ = try? Command.run(["docker", "rmi", "-f"] + made.reversed()) }
        try? FileManager.default.removeItem(atPath: directory)
    }

    deinit { remove() }

    func path(_ name: String) -> String { directory + "/" + name }

    // MARK: - Images

    /// Makes an image with a file of random bytes in a layer of its own, on top of another or of nothing.
    /// The result is its full name.
    func makeImage(_ tag: String, on base: String? = nil, size: Int) throws -> String {
        let image = "\(name):\(tag)"
        let tree = path("tree-\(tag)")
        try FileManager.default.createDirectory(atPath: tree, withIntermediateDirectories: true)
        try Command.require("sh", "-c", "head -c \(size) /dev/urandom > \(tree)/\(tag)")
        if let base {
            try "FROM \(base)\nCOPY \(tag) /\(tag)\n".write(
                toFile: "\(tree)/Dockerfile", atomically: true, encoding: .utf8)
            var setup = ChildProcess.Setup("docker", ["build", "-q", "-t", image, tree])
            // The classic builder: the client may have no other.
            setup.environment =
                ProcessInfo.processInfo.environment.map { "\($0)=\($1)" } + ["DOCKER_BUILDKIT=0"]
            let result = try Command.run(setup)
            guard result.status == 0 else { throw Command.Failure(words: ["docker build"], result: result) }
        } else {
            try Command.require("tar", "-C", tree, "-cf", "\(tree).tar", ".")
            try Command.require("docker", "import", "\(tree).tar", image)
        }
        made.append(image)
        return "docker.io/library/" + image
    }

    /// The ID that docker gives an image.
    func dockerID(_ image: String) throws -> String {
        try Command.require("docker", "inspect", "--format", "{{.Id}}", image).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    /// What `docker save` makes of images.
    func save(_ images: String..., as name: String) throws -> String {
        let file = path(name)
        let result = try Command.run(["docker", "save", "-o", file] + images)
        guard result.status == 0 else { throw Command.Failure(words: ["docker save"], result: result) }
        return file
    }

    /// Writes a transfer in frames into a file.
    func write(_ transfer: ImageTransfer, as name: String) throws -> String {
        let file = path(name)
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        defer { try? handle.close() }
        var transfer = transfer
        var writer = StreamFrameWriter()
        while let chunk = try transfer.next() { try handle.write(contentsOf: Data(writer.frame(chunk))) }
        try handle.write(contentsOf: Data(writer.end()))
        return file
    }

    // MARK: - kinkajou inside

    func setup(_ words: [String], input: Int32? = nil) throws -> ChildProcess.Setup {
        var setup = ChildProcess.Setup(
            try BuiltBinary.path("kinkajou"), ["inside", words[0], "--name", name] + words.dropFirst())
        setup.streams[0] = input
        return setup
    }

    func inside(_ words: String..., input: String? = nil) throws -> Command.Result {
        var descriptor: Int32?
        if let input { descriptor = open(input, O_RDONLY | O_CLOEXEC) }
        defer { if let descriptor { close(descriptor) } }
        return try Command.run(try setup(words, input: descriptor), seconds: 120)
    }

    func images() throws -> ClusterImages {
        let result = try inside("images")
        guard result.status == 0 else { throw Command.Failure(words: ["inside images"], result: result) }
        return try JSONDecoder().decode(ClusterImages.self, from: Data(result.output.utf8))
    }

    /// Imports what is in a file, and reads the report.
    func load(_ file: String) throws -> (status: Int32, report: ImportReport) {
        let result = try inside("import", input: file)
        do {
            return (
                result.status, try JSONDecoder().decode(ImportReport.self, from: Data(result.output.utf8))
            )
        } catch {
            throw Command.Failure(words: ["inside import"], result: result)
        }
    }

    // MARK: - In the nodes

    @discardableResult
    func ctr(_ node: String, namespace: String = "k8s.io", _ words: String...) throws -> String {
        let words = ["docker", "exec", node, "ctr", "--namespace=\(namespace)"] + words
        let result = try Command.run(words)
        guard result.status == 0 else { throw Command.Failure(words: words, result: result) }
        return result.output
    }

    /// The digest that a name stands for in a node; nil where it does not know the name.
    func target(_ image: String, on node: String, namespace: String = "k8s.io") throws -> String? {
        try ctr(node, namespace: namespace, "images", "ls").split(separator: "\n")
            .map { $0.split(separator: " ").map(String.init) }.first { $0.first == image }?[2]
    }

    /// The unpacked layers of a namespace.
    func chains(on node: String, namespace: String) throws -> Set<String> {
        Set(
            try ctr(node, namespace: namespace, "snapshots", "ls").split(separator: "\n")
                .filter { $0.hasSuffix("Committed") || $0.contains("Committed") }
                .compactMap { $0.split(separator: " ").first.map(String.init) })
    }

    /// The checksum of a file in an image, as a node has it unpacked.
    func checksum(of file: String, in image: String, on node: String) throws -> String {
        let script = """
            set -e; mkdir -p /tmp/kj-mount
            ctr --namespace=k8s.io images mount \(image) /tmp/kj-mount >/dev/null
            sha256sum /tmp/kj-mount/\(file) | cut -d' ' -f1
            ctr --namespace=k8s.io images unmount --rm /tmp/kj-mount >/dev/null
            """
        return try Command.require("docker", "exec", node, "sh", "-c", script)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The checksum of a file that went into an image.
    func checksum(of tag: String) throws -> String {
        String(try Command.require("sha256sum", path("tree-\(tag)/\(tag)")).prefix(64))
    }

    /// What an import that did not work may not leave: leases and half blobs.
    func leftovers(on node: String) throws -> String {
        try ctr(node, "leases", "ls", "-q")
            + ctr(node, "content", "active").split(separator: "\n").dropFirst()
            .joined(separator: "\n")
    }

    func expectNothingHalf(_ image: String) throws {
        for node in nodes {
            #expect(try target(image, on: node) == nil)
            try Wait.until("leases and half blobs to be gone from \(node)", seconds: 20) {
                try leftovers(on: node).isEmpty
            }
        }
    }
}
