import Foundation
import TestSupport
import Testing

/// Clusters as containers of the local Docker, by the same commands.
@Suite(.needs(.binaries, .podImage, .nodeImage))
struct DockerProviderTests {
    @Test(arguments: ["kind", "node"])
    func aClusterIsMadeUsedAndDeleted(engine: String) throws {
        let before = HostSnapshot.take()
        let user = try DockerClient()
        defer { user.remove() }
        let (home, name) = (user.home, user.name)

        let refused = try user.kinkajou("create", "cluster", "--name", name, "--node-selector", "a=b")
        #expect(refused.status == 64 && refused.errors.contains("--node-selector"), "\(refused)")
        // The container's image brings no node image along: the local Docker's is handed over.
        let node = ImageUnderTest.node.name
        let created = try user.kinkajou(
            "create", "cluster", "--name", name, "--engine", engine, "--image", node, "--wait", "4m",
            "--trace",
            home + "/start.html", seconds: 420)
        try #require(created.status == 0, "\(created)")
        #expect(created.errors.contains("Loading /images/") == (engine == "kind"), "\(created.errors)")
        #expect(created.output.isEmpty)
        #expect(created.errors.contains("Set kubectl context to \"kinkajou-\(name)\""))
        let again = try user.kinkajou("create", "cluster", "--name", name)
        #expect(again.status == 1 && again.errors.contains("node(s) already exist"), "\(again)")

        let nodes = "node/\(name)-control-plane\n"
        let kubectl = try user.run(
            "kubectl", ["--context", "kinkajou-\(name)", "get", "nodes", "-o", "name"])
        #expect(kubectl.output == nodes, "\(kubectl)")
        #expect(try user.kinkajou("get", "clusters").output == "\(name)\n")
        try Wait.until("the container's health", seconds: 60) {
            try user.kinkajou("get", "clusters", "-o", "wide").output.contains("   Ready")
        }
        #expect(try user.kinkajou("get", "nodes", "--name", name).output == "\(name)-control-plane\n")
        let failed = try user.kinkajou(
            "exec", "--name", name, "--", "sh", "-c", "echo out; echo err >&2; exit 7")
        #expect(failed == Command.Result(status: 7, output: "out\n", errors: "err\n"))
        let internalFile = try user.kinkajou("get", "kubeconfig", "--name", name, "--internal")
        #expect(internalFile.output.contains(":30001"), "\(internalFile.errors)")
        #expect(try user.kinkajou("logs", "--name", name).output.contains("the cluster is ready"))
        let page = try String(contentsOfFile: home + "/start.html", encoding: .utf8)
        #expect(page.contains("\(name): ready after") && page.contains("</svg>"), "\(page)")
        let trace = try user.kinkajou("trace", "--name", name)
        #expect(trace.status == 0 && trace.output.hasPrefix("\(name): ready after"), "\(trace)")
        let program = engine == "kind" ? "dockerd" : "containerd"
        #expect(trace.output.contains("✓ Starting \(program)"), "\(trace)")
        let inNode = try user.kinkajou(
            "exec", "--name", name, "--node", "\(name)-control-plane", "--", "hostname")
        #expect(inNode == Command.Result(status: 0, output: "\(name)-control-plane\n", errors: ""))
        try aClientThatIsKilledLeavesNoCommand(user)

        try Command.require("docker", "tag", "kinkajou/debian:bookworm", "\(name):1")
        defer { _ = try? Command.run(["docker", "rmi", "\(name):1"]) }
        let loaded = try user.kinkajou("load", "docker-image", "\(name):1", "--name", name)
        #expect(loaded.status == 0, "\(loaded)")
        let second = try user.kinkajou("load", "docker-image", "\(name):1", "--name", name)
        #expect(second.errors.contains("is present on all nodes already"), "\(second)")

        let logs = try user.kinkajou("export", "logs", home + "/logs", "--name", name)
        #expect(logs.output == home + "/logs\n", "\(logs)")
        let files = FileManager.default.enumerator(atPath: home + "/logs")?.compactMap { $0 as? String } ?? []
        #expect(files.contains { $0.hasSuffix("\(name)-control-plane/kubelet.log") }, "\(files)")

        #expect(try user.kinkajou("delete", "cluster", "--name", name).status == 0)
        #expect(try user.kinkajou("delete", "cluster", "--name", name).status == 0, "idempotent")
        #expect(try user.kinkajou("get", "clusters").output == "")
        #expect(try user.run("kubectl", ["config", "get-contexts", "-o", "name"]).output == "")
        #expect(HostSnapshot.left(since: before, after: 30) == [])
    }

    /// Docker ends nothing when its client goes, neither beside the cluster nor in a node.
    private func aClientThatIsKilledLeavesNoCommand(_ user: DockerClient) throws {
        for place in [[], ["--node", "\(user.name)-control-plane"]] {
            let process = try ChildProcess(
                user.setup(
                    try BuiltBinary.path("kinkajou"),
                    ["exec", "--name", user.name] + place + ["--", "sh", "-c", "echo up; sleep 4242; true"]))
            defer { process.end() }
            try process.waitForOutput("up", seconds: 60)
            process.signal(SIGKILL)
            try Wait.until("the command to be gone \(place)", seconds: 30) {
                let commands = "cat /proc/[0-9]*/cmdline 2>/dev/null || true"
                return try !user.kinkajou("exec", "--name", user.name, "--", "sh", "-c", commands).output
                    .contains("4242\0")
            }
        }
    }

    /// An image that is not here is told from another failure, and nothing stays.
    @Test func aNodeImageThatIsMissingIsNamed() throws {
        let before = HostSnapshot.take()
        let user = try DockerClient()
        defer { user.remove() }
        let created = try user.kinkajou(
            "create", "cluster", "--name", user.name, "--engine", "node", "--image", "kinkajou/node:none")
        #expect(created.status == 1, "\(created)")
        #expect(created.errors.contains("the image kinkajou/node:none cannot be had"), "\(created)")
        #expect(created.errors.contains("--image"), "\(created)")
        #expect(HostSnapshot.left(since: before, after: 30) == [])
    }

    @Test(arguments: [("kind", "Starting dockerd"), ("node", "Starting containerd")])
    func aCreationThatIsInterruptedLeavesNothing(engine: String, phase: String) throws {
        let before = HostSnapshot.take()
        let name = "kj-" + String(UInt32.random(in: .min ... .max), radix: 36)
        var setup = ChildProcess.Setup(
            try BuiltBinary.path("kinkajou"),
            [
                "create", "cluster", "--name", name, "--provider", "docker", "--pod-image",
                ImageUnderTest.pod.name, "--engine", engine,
                "--kubeconfig", "/nowhere/kubeconfig",
            ])
        setup.streams[0] = nil
        let process = try ChildProcess(setup)
        defer { process.end() }
        try process.waitForErrors(phase, seconds: 120)
        process.signal(SIGINT)
        #expect(try process.wait(seconds: 90) == 130, "\(process.errors)")
        #expect(HostSnapshot.left(since: before, after: 30) == [])
    }
}
