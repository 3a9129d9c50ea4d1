import Foundation
import TestSupport
import Testing

/// A file for kind as people have it: an audit policy of their machine that the API server really uses, and ports in all
/// the ways in which a file names them.
private struct KindFile {
    /// The directory of the file and the policy.
    let directory: String
    var path: String { directory + "/kind.yaml" }

    init(in directory: String, networking: String, ports: String, mounts: String = "") throws {
        self.directory = directory
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        rules: [{level: Metadata}]
        """.write(toFile: directory + "/audit-policy.yaml", atomically: true, encoding: .utf8)
        try """
        kind: Cluster
        apiVersion: kind.x-k8s.io/v1alpha4
        networking: {\(networking)}
        nodes:
        - role: control-plane
          labels: {ingress-ready: "true"}
          extraPortMappings:
        \(ports)
          extraMounts:
          - hostPath: \(directory)/audit-policy.yaml
            containerPath: /etc/kubernetes/policies/audit-policy.yaml
            readOnly: true
        \(mounts)
          kubeadmConfigPatches:
          - |
            kind: ClusterConfiguration
            apiServer:
              extraArgs:
                audit-log-path: /var/log/kubernetes/audit.log
                audit-policy-file: /etc/kubernetes/policies/audit-policy.yaml
              extraVolumes:
              - name: policies
                hostPath: /etc/kubernetes/policies
                mountPath: /etc/kubernetes/policies
                readOnly: true
                pathType: DirectoryOrCreate
              - name: logs
                hostPath: /var/log/kubernetes
                mountPath: /var/log/kubernetes
                pathType: DirectoryOrCreate

        """.write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// An image with a web server in it, which is the machine's own busybox.
    static func makeImage(_ name: String, in directory: String) throws {
        let files = directory + "/image"
        try Command.require(
            "sh", "-c",
            "mkdir -p '\(files)/www' && cp /bin/busybox '\(files)/' && echo hello >'\(files)/www/index.html'"
                + " && tar -C '\(files)' -cf - . | docker import - \(name)")
    }

    /// A web server at a port of the node.
    static func server(_ image: String, port: Int) -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: web-\(port)}
        spec:
          hostNetwork: true
          nodeSelector: {ingress-ready: "true"}
          tolerations: [{operator: Exists}]
          containers:
          - name: web
            image: \(image)
            imagePullPolicy: Never
            command: [/busybox, httpd, -f, -p, "\(port)", -h, /www]

        """
    }
}

/// An IPv4 port of this machine that nobody listens at.
private func freePort() throws -> Int {
    let script = "import socket; s = socket.socket(); s.bind(('', 0)); print(s.getsockname()[1])"
    let text = try Command.require("python3", "-c", script)
    return try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
}

@Suite(.needs(.binaries, .podImage, .nodeImage))
struct KindFileInDockerTests {
    @Test(arguments: ["kind", "node"])
    func mountsAndPortsWorkAsWithKind(engine: String) throws {
        let before = HostSnapshot.take()
        let user = try DockerClient()
        defer { user.remove() }
        let (home, name) = (user.home, user.name)
        let image = "\(name):web"
        let api = try freePort()
        let (first, second) = (try freePort(), try freePort())
        let file = try KindFile(
            in: home, networking: "apiServerAddress: 0.0.0.0, apiServerPort: \(api)",
            ports: """
                  - {containerPort: 80, hostPort: \(first), listenAddress: 127.0.0.1}
                  - {containerPort: 80, hostPort: \(second)}
                  - {containerPort: 81}
                  - {containerPort: 82, hostPort: 0, protocol: UDP}
                """)
        defer { _ = try? Command.run(["docker", "rmi", image]) }

        let created = try user.kinkajou(
            "create", "cluster", "--name", name, "--engine", engine, "--image", ImageUnderTest.node.name,
            "--pod-image", ImageUnderTest.pod.name, "--config", file.path, "--wait", "4m", seconds: 420)
        try #require(created.status == 0, "\(created)")

        // The API server is at the file's port, at all addresses, and writes what the policy of this machine says.
        let server = try user.run(
            "kubectl", ["config", "view", "-o", "jsonpath={.clusters[0].cluster.server}"])
        #expect(server.output == "https://127.0.0.1:\(api)", "\(server)")
        #expect(try user.run("kubectl", ["get", "--raw", "/readyz"]).output == "ok")
        let container = "kinkajou-\(name)"
        let published = try Command.require("docker", "port", container, "30001/tcp")
        #expect(published.contains("0.0.0.0:\(api)"), "\(published)")
        let log = try user.kinkajou(
            "exec", "--name", name, "--node", "\(name)-control-plane", "--", "head", "-n", "1",
            "/var/log/kubernetes/audit.log")
        #expect(log.output.contains("\"apiVersion\":\"audit.k8s.io/v1\""), "\(log)")

        try KindFile.makeImage(image, in: home)
        #expect(try user.kinkajou("load", "docker-image", image, "--name", name).status == 0)
        let manifests = home + "/web.yaml"
        try [80, 81].map { KindFile.server(image, port: $0) }.joined(separator: "---\n").write(
            toFile: manifests, atomically: true, encoding: .utf8)
        let applied = try user.run("kubectl", ["apply", "-f", manifests])
        #expect(applied.status == 0, "\(applied)")
        let ready = try user.run(
            "kubectl", ["wait", "--for=condition=Ready", "pod/web-80", "pod/web-81", "--timeout=60s"])
        #expect(ready.status == 0, "\(ready)")
        let address = try Command.require(
            "docker", "inspect", "--format", "{{.NetworkSettings.Gateway}}", container
        ).trimmingCharacters(in: .whitespacesAndNewlines)
        func get(_ url: String) throws -> String {
            try Command.run(["curl", "--silent", "--show-error", "--max-time", "10", url]).output
        }
        #expect(try get("http://127.0.0.1:\(first)/") == "hello\n")
        #expect(try get("http://127.0.0.1:\(second)/") == "hello\n")
        // A listenAddress is an address of this machine, and no other.
        #expect(try get("http://\(address):\(second)/") == "hello\n")
        #expect(try get("http://\(address):\(first)/") == "")
        // Without a port, one is chosen.
        let free = try Command.require("docker", "port", container, "81/tcp")
        let chosen = try #require(
            free.split(whereSeparator: { $0.isNewline || $0 == ":" }).dropFirst().first)
        #expect(try get("http://127.0.0.1:\(chosen)/") == "hello\n")
        let other = try Command.require("docker", "port", container, "82/udp")
        #expect(!other.isEmpty)

        #expect(try user.kinkajou("delete", "cluster", "--name", name).status == 0)
        _ = try? Command.run(["docker", "rmi", image])
        #expect(HostSnapshot.left(since: before, after: 30) == [])
    }

    /// The shell above gets its prompt, and `fg` goes on with the command.
    @Test func aKeyStopsTheCommandOfRun() throws {
        let user = try DockerClient()
        // Also of a test that fails: nobody else deletes the cluster of a command that was killed.
        defer { user.remove() }
        let terminal = try Pty()
        let kinkajou = try BuiltBinary.path("kinkajou")
        let process = try ChildProcess(
            terminal.session(
                """
                export HOME=\(user.home) KUBECONFIG=\(user.home)/kubeconfig PS1='prompt> '
                exec bash --norc --noprofile -i
                """))
        defer { process.end() }
        try terminal.waitForOutput("prompt> ")
        terminal.type(
            "\(kinkajou) run -q --name \(user.name) --provider docker --image \(ImageUnderTest.node.name)"
                + " --pod-image \(ImageUnderTest.pod.name) --wait-for api -- sh -c 'echo sta\"\"rted; read x; echo got-$x'\n"
        )
        try terminal.waitForOutput("started", seconds: 240)
        terminal.type("\u{1a}")
        // What is typed before the shell has its terminal back may be lost.
        try terminal.waitForOutput("prompt> ", after: "Stopped", seconds: 20)
        terminal.type("echo the-shell-\"\"answers\n")
        try terminal.waitForOutput("prompt> ", after: "the-shell-answers")
        terminal.type("fg\n")
        try terminal.waitForOutput("--wait-for api", after: "fg\r\n")
        terminal.type("something\n")
        try terminal.waitForOutput("got-something", seconds: 20)
        try terminal.waitForOutput("prompt> ", after: "got-something", seconds: 60)
        terminal.type("echo status-$?\n")
        try terminal.waitForOutput("status-0", seconds: 60)
        terminal.type("exit\n")
        #expect(try process.wait(seconds: 20) == 0)
    }
}

extension HostClusterTests {
    @Suite struct KindFileTests {
        /// kind's example for an ingress, with an API server's port that is asked for, and files for the nodes from
        /// everywhere that they can come from.
        @Test(arguments: ["kind", "node"])
        func mountsAndPortsReachAPod(engine: String) throws {
            let host = try HostCluster.required()
            let client = try Client(host, namespace: "kindfile-\(engine)")
            defer { client.remove() }
            let api = try freePort()
            let directory = client.home + "/config"
            let file = try KindFile(
                in: directory, networking: "apiServerAddress: 127.0.0.1, apiServerPort: \(api)",
                ports: """
                      - {containerPort: 80, hostPort: 80, protocol: TCP}
                      - {containerPort: 443, hostPort: 443, protocol: TCP}
                      - {containerPort: 80, hostPort: 30001}
                    """,
                mounts: """
                      - {hostPath: /map, containerPath: /map}
                      - {hostPath: /secret, containerPath: /secret.txt}
                      - {hostPath: /etc/hostname, containerPath: /host/name, readOnly: true}
                    """)
            let config = ["create", "cluster", "--name", "files", "--engine", engine, "--config", file.path]
            func create(_ words: [String], seconds: Double = 60) throws -> Command.Result {
                try Command.run(
                    try client.setup(try BuiltBinary.path("kinkajou"), config + words), seconds: seconds)
            }
            // What is not there is refused, with what else could stand for it.
            let refused = try create([])
            #expect(refused.status == 64 && refused.errors.contains("--extra-mount /map="), "\(refused)")
            let sources = [
                "--extra-mount", "/map=configmap/files", "--extra-mount", "/secret=secret/files/one",
                "--extra-mount", "/etc/hostname=host",
            ]
            let absent = try create(sources)
            #expect(absent.status == 64 && absent.errors.contains("no ConfigMap \"files\""), "\(absent)")
            try host.kubectl(
                "create", "configmap", "files", "-n", client.namespace, "--from-literal=key=of-the-map")
            try host.kubectl(
                "create", "secret", "generic", "files", "-n", client.namespace,
                "--from-literal=one=of-the-secret")
            try client.expectNothingLeft()

            let created = try create(sources, seconds: 420)
            try #require(created.status == 0, "\(created)")
            func inNode(_ words: String...) throws -> Command.Result {
                try Command.run(
                    try client.setup(
                        try BuiltBinary.path("kinkajou"),
                        ["exec", "--name", "files", "--node", "files-control-plane", "--"] + words),
                    seconds: 60)
            }
            #expect(try inNode("cat", "/map/key").output == "of-the-map")
            #expect(try inNode("cat", "/secret.txt").output == "of-the-secret")
            #expect(try inNode("cat", "/host/name").output == "\(host.name)-control-plane\n")
            #expect(
                try inNode("head", "-n", "1", "/var/log/kubernetes/audit.log").output
                    .contains("\"apiVersion\":\"audit.k8s.io/v1\""))
            #expect(
                try client.kubectl(
                    "config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}")
                    == "https://127.0.0.1:\(api)")

            let image = "kinkajou-test/web:1"
            try KindFile.makeImage(image, in: directory)
            defer { _ = try? Command.run(["docker", "rmi", image]) }
            try client.require("load", "docker-image", image, "--name", "files")
            let manifests = directory + "/web.yaml"
            try [80, 443].map { KindFile.server(image, port: $0) }.joined(separator: "---\n").write(
                toFile: manifests, atomically: true, encoding: .utf8)
            try client.kubectl("apply", "-f", manifests)
            try client.kubectl(
                "wait", "--for=condition=Ready", "pod/web-80", "pod/web-443", "--timeout=60s", seconds: 90)
            let address = try host.kubectl(
                "get", "service", "kinkajou-files", "-n", client.namespace, "-o", "jsonpath={.spec.clusterIP}"
            )
            for port in [80, 443, 30001] {
                let answer = try Command.run([
                    "docker", "exec", "\(host.name)-control-plane", "bash", "-c",
                    "exec 3<>/dev/tcp/\(address)/\(port); printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3",
                ])
                #expect(answer.output.hasSuffix("hello\n"), "\(port): \(answer)")
            }
            try client.require("delete", "cluster", "--name", "files")
            try client.expectNothingLeft()
        }
    }
}
