import Foundation
import TestSupport
import Testing

extension HostClusterTests {
    /// Clusters as Pods of a real host cluster, by the commands that people type.
    @Suite struct ClusterLifeTests {
        @Test(arguments: ["kind", "node"])
        func aClusterIsMadeUsedAndDeleted(engine: String) throws {
            let client = try Client(try HostCluster.required(), namespace: "life-\(engine)")
            defer { client.remove() }
            let before = try String(contentsOfFile: client.kubeconfig, encoding: .utf8)
            let created = try client.run(
                "create", "cluster", "--name", "demo", "--cpu", "1500m", "--engine", engine, seconds: 420)
            try #require(created.status == 0, "\(created)")
            #expect(created.output.isEmpty)
            for phrase in [
                "Creating cluster \"demo\"",
                engine == "kind" ? "Starting control-plane" : "Starting the control plane",
                "Set kubectl context to \"kinkajou-demo\"",
            ] {
                #expect(created.errors.contains(phrase))
            }

            try theContextWorks(client)
            try theListsAreRight(client)
            try commandsRunInIt(client)
            let trace = try client.require("trace", "--name", "demo", "-o", "json")
            #expect(
                trace.contains("\"engine\"") && (trace.contains("\"kind\"") == (engine == "kind")), "\(trace)"
            )
            try itIsReachedFromAnotherPod(client)
            try imagesAreLoaded(client)
            try logsAreExported(client)

            let again = try client.run("create", "cluster", "--name", "demo")
            #expect(again.status == 1)
            #expect(again.errors.contains("node(s) already exist for a cluster with the name \"demo\""))

            try client.require("delete", "cluster", "--name", "demo")
            try client.expectNothingLeft()
            // But for the order of things the kubeconfig is what it was.
            let after = try client.kubectl("config", "get-contexts", "-o", "name")
            #expect(!after.contains("kinkajou-demo"))
            #expect(
                try client.kubectl("config", "current-context") == "kind-\(client.host.name)\n", "\(before)")
            // Idempotent, as kind's.
            #expect(try client.run("delete", "cluster", "--name", "demo").status == 0)
            let none = try client.run("get", "clusters")
            #expect(none.status == 0 && none.output.isEmpty)
            #expect(none.errors == "No kind clusters found.\n")
        }

        private func theContextWorks(_ client: Client) throws {
            #expect(
                try client.kubectl("--context", "kinkajou-demo", "get", "nodes", "-o", "name")
                    == "node/demo-control-plane\n")
            #expect(try client.kubectl("auth", "can-i", "*", "*") == "yes\n", "it is the current context")
            // A secret in a file for all would be one for all.
            let text = try String(contentsOfFile: client.kubeconfig, encoding: .utf8)
            #expect(
                !text.contains("client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ==")
                    && text.contains("exec:"))

            // The official Python client reads the same file.
            let script =
                "from kubernetes import client, config; config.load_kube_config(context='kinkajou-demo');"
                + " print([n.metadata.name for n in client.CoreV1Api().list_node().items])"
            let python = try Command.run(try client.setup("/usr/bin/python3", ["-c", script]), seconds: 60)
            #expect(python.output == "['demo-control-plane']\n", "\(python)")

            // The tunnel is killed; the next kubectl starts another.
            let port = try #require(try tunnelPort(client))
            let tunnel = try #require(processes(with: "--port\0\(port)\0").first)
            kill(tunnel, SIGKILL)
            try Wait.until("the tunnel to be gone", seconds: 10) {
                processes(with: "--port\0\(port)\0").isEmpty
            }
            #expect(try client.kubectl("get", "nodes", "-o", "name") == "node/demo-control-plane\n")
            // Several at once share one.
            let calls = try (0..<5).map { _ in
                try ChildProcess(try client.setup("kubectl", ["get", "ns", "default", "-o", "name"]))
            }
            for call in calls {
                defer { call.end() }
                #expect(try call.wait(seconds: 60) == 0, "\(call.errors)")
            }
            #expect(processes(with: "--port\0\(port)\0").count == 1)
        }

        private func tunnelPort(_ client: Client) throws -> String? {
            let server = try client.kubectl(
                "config", "view", "-o", "jsonpath={.clusters[?(@.name==\"kinkajou-demo\")].cluster.server}")
            return server.split(separator: ":").last.map(String.init)
        }

        /// The processes of ours whose command lines have a text; words end with a zero byte.
        private func processes(with text: String) -> [Int32] {
            let numbers =
                (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) }
                ?? []
            return numbers.filter { number in
                guard let data = FileManager.default.contents(atPath: "/proc/\(number)/cmdline") else {
                    return false
                }
                let line = String(decoding: data, as: UTF8.self)
                return line.contains("\0tunnel\0") && line.contains(text)
            }
        }

        private func theListsAreRight(_ client: Client) throws {
            #expect(try client.require("get", "clusters") == "demo\n")
            let wide = try client.require("get", "clusters", "-o", "wide").split(separator: "\n")
            #expect(wide.first?.hasPrefix("NAME   STATUS") == true, "\(wide)")
            #expect(wide.last?.hasPrefix("demo   Ready") == true, "\(wide)")
            let json = try JSONSerialization.jsonObject(
                with: Data(try client.require("get", "clusters", "-o", "json").utf8))
            let cluster = try #require((json as? [[String: Any]])?.first)
            #expect(cluster["name"] as? String == "demo")
            #expect(cluster["status"] as? String == "Ready")
            #expect(cluster["namespace"] as? String == client.namespace)
            #expect(try client.require("get", "nodes", "--name", "demo") == "demo-control-plane\n")
            #expect(try client.require("get", "nodes", "-A", "-o", "wide").contains("v1.20.2"))
            #expect(try client.run("get", "nodes", "--name", "other").status == 1)
        }

        private func commandsRunInIt(_ client: Client) throws {
            #expect(
                try client.require("exec", "--name", "demo", "--", "kubectl", "get", "nodes", "-o", "name")
                    == "node/demo-control-plane\n")
            let failed = try client.run(
                "exec", "--name", "demo", "--", "sh", "-c", "echo out; echo err >&2; exit 7")
            #expect(failed == Command.Result(status: 7, output: "out\n", errors: "err\n"))
            #expect(
                try client.require("exec", "--name", "demo", "-i", "--", "wc", "-c", input: "12345")
                    .hasPrefix(
                        "5"))
            #expect(try client.require("shell", "--name", "demo", input: "echo $((6 * 7))\n") == "42\n")
            #expect(
                try client.require("exec", "--name", "demo", "--node", "demo-control-plane", "--", "hostname")
                    == "demo-control-plane\n")
            #expect(try client.require("logs", "--name", "demo").contains("the cluster is ready"))
            let trace = try client.require("trace", "--name", "demo", "-o", "json")
            #expect(
                trace.contains("\"outcome\": \"done\"") || trace.contains("\"outcome\":\"done\""), "\(trace)")
            for (program, status) in [("no-such-program", Int32(127)), ("/etc/passwd", 126)] {
                let result = try client.run("exec", "--name", "demo", "--", program)
                #expect(result.status == status && result.errors.contains(program), "\(result)")
            }
            try aReaderThatGoesAwayEndsIt(client)
            try aTerminalThatGoesAwayEndsIt(client)
            let missing = try client.run("exec", "--name", "other", "--", "true")
            #expect(missing.status == 1)
            #expect(missing.errors.contains("there is no cluster \"other\""))
        }

        /// What writes on ends as with SIGPIPE, what is silent too, and so does the command in the Pod.
        private func aReaderThatGoesAwayEndsIt(_ client: Client) throws {
            let kinkajou = try BuiltBinary.path("kinkajou")
            for place in ["", "--node demo-control-plane"] {
                for command in [
                    "while :; do echo x; sleep 0.1; done", "echo x; sleep 4242",
                    "trap : HUP; echo x; while :; do sleep 4242; done",
                ] {
                    let script = "\"$0\" exec --name demo \(place) -- sh -c '\(command)' | head -n 1"
                    let result = try Command.run(
                        try client.setup("/bin/sh", ["-c", script, kinkajou]), seconds: 30)
                    #expect(result.output == "x\n", "\(place) \(result)")
                }
            }
            let followed = try Command.run(
                try client.setup("/bin/sh", ["-c", "\"$0\" logs -f --name demo | head -n 1", kinkajou]),
                seconds: 30)
            #expect(followed.status == 0 && !followed.output.isEmpty, "\(followed)")
            try Wait.until("the commands in the Pod to be gone", seconds: 15) {
                let list = try Self.commandLines(client)
                return !list.contains("4242\0") && !list.contains("echo x; sleep 0.1")
            }
        }

        /// A client that was killed tells nobody, and the kubelet leaves the terminal open; in a node, Docker leaves what
        /// it has started.
        private func aTerminalThatGoesAwayEndsIt(_ client: Client) throws {
            let kinkajou = try BuiltBinary.path("kinkajou")
            for place in ["", "--node demo-control-plane"] {
                let terminal = try Pty()
                var setup = terminal.session(
                    "exec \(kinkajou) exec --name demo \(place) -i -t -- sh -c 'trap \"\" HUP; echo up; sleep 4343; true'"
                )
                setup.environment = try client.setup(kinkajou, []).environment
                let process = try ChildProcess(setup)
                defer { process.end() }
                try terminal.waitForOutput("up", seconds: 60)
                process.signal(SIGKILL)
                try Wait.until("the command to be gone \(place)", seconds: 30) {
                    try !Self.commandLines(client).contains("4343\0")
                }
            }
        }

        /// The argument lists of what runs in the Pod. A process that ends between the look at `/proc` and the read
        /// of its file is one that has gone.
        private static func commandLines(_ client: Client) throws -> String {
            try client.require(
                "exec", "--name", "demo", "--", "sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null || true")
        }

        private func itIsReachedFromAnotherPod(_ client: Client) throws {
            let host = client.host
            try host.apply(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: sibling, namespace: \(client.namespace)}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers:
                  - {name: sleep, image: "\(HostCluster.podImage)", imagePullPolicy: IfNotPresent, command: [sleep, "3600"]}
                """)
            try host.kubectl(
                "wait", "-n", client.namespace, "--for=condition=Ready", "pod/sibling", "--timeout=60s")
            let file = client.home + "/internal.yaml"
            try client.require("get", "kubeconfig", "--name", "demo", "--internal").write(
                toFile: file, atomically: true, encoding: .utf8)
            try host.kubectl("cp", file, "\(client.namespace)/sibling:/tmp/kubeconfig")
            #expect(
                try host.kubectl(
                    "exec", "-n", client.namespace, "sibling", "--", "kubectl", "--kubeconfig",
                    "/tmp/kubeconfig",
                    "get",
                    "nodes",
                    "-o", "name") == "node/demo-control-plane")
            // The Secret holds the same, for Pods that mount it.
            let secret = try host.kubectl(
                "get", "secret", "-n", client.namespace, "kinkajou-demo-kubeconfig", "-o",
                "jsonpath={.data.kubeconfig}"
            )
            let text = try #require(Data(base64Encoded: secret).map { String(decoding: $0, as: UTF8.self) })
            #expect(text.contains("https://kinkajou-demo.\(client.namespace).svc"))
            try host.kubectl("delete", "pod", "-n", client.namespace, "sibling")
        }

        private func imagesAreLoaded(_ client: Client) throws {
            let name = "kinkajou-test/loaded:1"
            let directory = client.home + "/image"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            try Command.require(
                "sh", "-c",
                "cp /bin/busybox '\(directory)/sh' && tar -C '\(directory)' -cf '\(directory).tar' sh"
            )
            try Command.require("docker", "import", "\(directory).tar", name)
            defer { _ = try? Command.run(["docker", "rmi", name]) }
            let first = try client.run("load", "docker-image", name, "--name", "demo")
            #expect(first.status == 0, "\(first)")
            #expect(first.errors.contains("MiB sent") && !first.errors.contains(" 0.0 MiB sent"), "\(first)")
            let second = try client.run("load", "docker-image", name, "--name", "demo")
            #expect(
                second.status == 0 && second.errors.contains("is present on all nodes already"), "\(second)")
            try Command.require("docker", "save", "-o", "\(directory)-saved.tar", name)
            let third = try client.run("load", "image-archive", "\(directory)-saved.tar", "--name", "demo")
            #expect(third.status == 0, "\(third)")
            try client.kubectl(
                "run", "loaded", "--image", name, "--image-pull-policy=Never", "--restart=Never", "--", "/sh",
                "-c", "exit 0")
            try client.kubectl(
                "wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/loaded", "--timeout=60s", seconds: 90
            )
            let absent = try client.run("load", "docker-image", "no/such:1", "--name", "demo")
            #expect(absent.status == 1 && absent.errors.contains("image: \"no/such:1\" not present locally"))
        }

        private func logsAreExported(_ client: Client) throws {
            let directory = client.home + "/logs"
            #expect(try client.require("export", "logs", directory, "--name", "demo") == directory + "\n")
            let files = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
            for name in ["demo-control-plane/kubelet.log", "trace.json"] {
                #expect(files.contains { $0.hasSuffix(name) }, "\(files)")
            }
            #expect(
                files.contains { $0.contains("demo-control-plane/pods/kube-system_kube-apiserver") },
                "\(files)")
        }

        // MARK: - In a Pod

        /// With no more than the Role in deploy/ grants; the cluster belongs to the Pod that makes it.
        @Test func aJobRunsItsTestsWithTheRoleOfDeploy() throws {
            let host = try HostCluster.required()
            let client = try Client(host, namespace: "job")
            defer { client.remove() }
            try host.kubectl("apply", "-n", "job", "-f", HostCluster.repository + "/deploy/rbac.yaml")
            try host.kubectl("apply", "-n", "job", "-f", HostCluster.repository + "/deploy/ci-job.yaml")
            try host.kubectl(
                "wait", "-n", "job", "--for=condition=Complete", "job/kinkajou-ci", "--timeout=240s",
                seconds: 260
            )
            let log = try host.kubectl("logs", "-n", "job", "job/kinkajou-ci")
            #expect(log.contains("-control-plane   Ready"), "\(log)")
            try client.expectNothingLeft()

            // A cancelled job takes its cluster with it, though nobody tells the cluster.
            try host.apply(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: cancelled, namespace: job}
                spec:
                  serviceAccountName: kinkajou
                  terminationGracePeriodSeconds: 0
                  restartPolicy: Never
                  containers:
                  - name: tests
                    image: "\(HostCluster.podImage)"
                    imagePullPolicy: IfNotPresent
                    command: [sh, -c, "kinkajou create cluster --name owned --wait 0s --cpu 500m && exec sleep 3600"]
                """)
            try Wait.until("the cluster's Pod to run", seconds: 60) {
                try host.run(["get", "pod", "-n", "job", "kinkajou-owned", "-o", "jsonpath={.status.phase}"])
                    .output == "Running"
            }
            try host.kubectl("delete", "pod", "-n", "job", "cancelled", "--grace-period=0", "--force")
            try client.expectNothingLeft(seconds: 120)
        }

        // MARK: - The time to live, and a load balancer

        @Test func theHostClusterEndsAClusterWhoseTimeIsOver() throws {
            let client = try Client(try HostCluster.required(), namespace: "ttl")
            defer { client.remove() }
            let creation = try ChildProcess(
                try client.setup(
                    try BuiltBinary.path("kinkajou"),
                    [
                        "create", "cluster", "--name", "short", "--ttl", "15s", "--wait-for", "api",
                        "--access", "load-balancer",
                    ]))
            defer { creation.end() }
            let address = "203.0.113.7"
            try giveLoadBalancer(address, to: "kinkajou-short", client)
            defer { _ = try? Command.run(["ip", "route", "del", address]) }
            #expect(try creation.wait(seconds: 300) == 0, "\(creation.errors)")
            let context = ["--context", "kinkajou-short"]
            let server = try client.kubectl(
                "config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}")
            #expect(server == "https://\(address)")
            #expect(try client.kubectl(context[0], context[1], "get", "--raw", "/readyz") == "ok")
            // No process of ours runs any more.
            try client.expectNothingLeft(seconds: 120)
        }

        /// What the controller of a cloud does: it gives the Service an address, which leads to a node.
        private func giveLoadBalancer(_ address: String, to service: String, _ client: Client) throws {
            let host = client.host
            try Wait.until("the Service \(service)", seconds: 60) {
                try host.run(["get", "service", service, "-n", client.namespace]).status == 0
            }
            // kubectl of this age cannot write a status.
            let script = """
                from kubernetes import client, config
                config.load_kube_config(config_file="\(host.kubeconfig)")
                client.CoreV1Api().patch_namespaced_service_status("\(service)", "\(client.namespace)",
                    {"status": {"loadBalancer": {"ingress": [{"ip": "\(address)"}]}}})
                """
            try Command.require("/usr/bin/python3", "-c", script)
            let node = try host.kubectl(
                "get", "nodes", "-o", "jsonpath={.items[0].status.addresses[0].address}")
            try Command.require("ip", "route", "add", address, "via", node)
        }

        // MARK: - run

        @Test func runGivesTheCommandsStatusAndDeletes() throws {
            let client = try Client(try HostCluster.required(), namespace: "run")
            defer { client.remove() }
            let before = try String(contentsOfFile: client.kubeconfig, encoding: .utf8)
            let artifacts = client.home + "/artifacts"
            let process = try ChildProcess(
                try client.setup(
                    try BuiltBinary.path("kinkajou"),
                    [
                        "run", "--wait-for", "node", "--artifacts", artifacts, "--", "sh", "-c",
                        "kubectl get nodes -o name; exit 5",
                    ]))
            defer { process.end() }
            // The host cluster's API server goes away and comes back while the cluster is watched.
            try process.waitForErrors("Starting control-plane", seconds: 240)
            try client.host.inNode("sh", "-c", "kill -9 $(pidof kube-apiserver)")
            #expect(try process.wait(seconds: 300) == 5, "\(process.errors)")
            #expect(process.output.hasPrefix("node/run-"))
            #expect(FileManager.default.fileExists(atPath: artifacts))
            #expect(try FileManager.default.contentsOfDirectory(atPath: artifacts).isEmpty == false)
            #expect(try String(contentsOfFile: client.kubeconfig, encoding: .utf8) == before)
            try client.expectNothingLeft()

            let missing = try client.run("run", "--", "no-such-program")
            #expect(missing.status == 127)
        }
    }
}
