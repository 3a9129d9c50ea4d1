import Foundation
import TestSupport
import Testing

/// A cluster in a container.
@Suite(.serialized, .needs(.podImage, .nodeImage))
struct ClusterTests {
    @Test func aReadyClusterIsUsedAndLeavesNothing() throws {
        _ = try Archives.web()
        _ = try Archives.node()
        let before = HostSnapshot.take()
        let container = try ClusterContainer(
            ["--privileged"], ["--verbose", "--cert-san", "cluster.example"])
        defer { container.remove() }
        try container.waitForErrors("kinkajou: ready")
        #expect(container.errors.contains("✓ Starting control-plane 🕹️"), "\(container.errors)")
        #expect(container.errors.contains("✓ Waiting for a first Pod"), "\(container.errors)")
        #expect(container.errors.contains("Where the time went"))

        // Ready means ready, and nothing of the check is left.
        #expect(try container.require("kubectl", "get", "nodes").contains(" Ready "))
        #expect(try container.require("kubectl", "get", "pods", "-o", "name").isEmpty)
        try container.expectTheNameServersAsKubeadmLeftThem()
        try theEventsTellTheSame(container)

        try container.expectAServiceThatIsReachedByName()
        try theServerIsReachedFromOutside(container)
        try probesAreAnswered(container)

        try container.kill("TERM")
        #expect(try container.wait(seconds: 90) == 143, "\(container.errors)")
        #expect(!container.errors.contains("left behind"), "\(container.errors)")
        try expectNothingLeft(since: before)
    }

    private func theEventsTellTheSame(_ container: ClusterContainer) throws {
        let lines = try container.require("kinkajou", "inside", "events").split(separator: "\n")
        let events = try lines.map { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        }
        let names = events.compactMap { ($0["event"] as? [String: Any])?.keys.first }
        #expect(names.first == "started" && names.last == "ready", "\(names)")
        #expect(
            events.compactMap { $0["number"] as? Int }
                == (events.compactMap { $0["number"] as? Int }).sorted())
        for phase in ["engine", "image-load", "kind", "api", "node", "dns", "service-account", "pod"] {
            #expect(lines.contains { $0.contains("\"phase\":\"\(phase)\"") }, "\(phase)")
        }
        // Who comes back gets what is new.
        let last = events.last?["number"] as? Int ?? 0
        let rest = try container.require("kinkajou", "inside", "events", "--after", "\(last - 1)")
        #expect(rest.split(separator: "\n") == lines.suffix(1))
    }

    @Test func aSpecOfAnotherVersionIsRefusedAtOnce() throws {
        let path = FileManager.default.temporaryDirectory.path + "/kinkajou-spec-\(getpid()).json"
        try #"{"apiVersion": "kinkajou.dev/v1alpha1", "client": "99.0.0"}"#.write(
            toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let container = try ClusterContainer(
            ["--privileged", "-v", "\(path):/etc/kinkajou/spec.json:ro"],
            ["--spec", "/etc/kinkajou/spec.json"], archive: nil)
        defer { container.remove() }
        #expect(try container.wait(seconds: 60) == 76, "\(container.errors)")
        #expect(container.errors.contains("the client is kinkajou 99.0.0"), "\(container.errors)")
    }

    private func theServerIsReachedFromOutside(_ container: ClusterContainer) throws {
        let address = try container.address()
        let authority = try container.require(
            "sh", "-c",
            "kubectl config view --raw -o 'jsonpath={.clusters[0].cluster.certificate-authority-data}' | base64 -d"
        )
        let path = FileManager.default.temporaryDirectory.path + "/\(container.name).pem"
        try authority.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        for name in [address, "localhost", "127.0.0.1", "cluster.example"] {
            #expect(
                try Command.require(
                    "curl", "--silent", "--show-error", "--fail", "--cacert", path, "--noproxy", "*",
                    "--connect-to", "\(name):30001:\(address):30001", "https://\(name):30001/healthz") == "ok"
            )
        }
        #expect(
            try container.require("kubectl", "config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")
                == "https://\(address):30001")
    }

    private func probesAreAnswered(_ container: ClusterContainer) throws {
        let base = "http://\(try container.address()):30002"
        for page in ["livez", "readyz", "startupz"] {
            #expect(try Command.require("curl", "-sf", "--noproxy", "*", "\(base)/\(page)") == "ok\n")
        }
        let metrics = try Command.require("curl", "-sf", "--noproxy", "*", "\(base)/metrics")
        #expect(metrics.contains("\nkinkajou_ready 1\n"), "\(metrics)")
        #expect(metrics.contains("kinkajou_phase_seconds{phase=\"Starting dockerd\"}"), "\(metrics)")
        #expect(try Command.run(["curl", "-sf", "--noproxy", "*", "\(base)/etc"]).status == 22)
    }

    @Test func theCommandHasTheClusterAndItsStatusIsTheContainers() throws {
        let directory = FileManager.default.temporaryDirectory.path + "/kinkajou-logs-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let container = try ClusterContainer(
            ["--privileged", "-v", "\(directory):/logs", "-e", "KIND_CLUSTER_NAME=ci"],
            [
                "--wait-for", "api", "--trace", "/logs/phases.json", "--export-logs", "/logs/all", "--grace",
                "60s", "--", "sh",
                "-c",
                "test -f \"$KUBECONFIG\" && kubectl get nodes -o name; exit 42",
            ])
        defer { container.remove() }
        #expect(try container.wait() == 42, "\(container.errors)")
        #expect(container.output == "node/ci-control-plane\n")
        let trace = try String(contentsOfFile: directory + "/phases.json", encoding: .utf8)
        for text in ["Starting control-plane", "\"waitingFor\": \"api\"", "\"seconds\""] {
            #expect(trace.contains(text), "\(trace)")
        }
        for file in ["dockerd.log", "kind-config.yaml", "trace.json", "ci-control-plane/kubelet.log"] {
            #expect(FileManager.default.fileExists(atPath: "\(directory)/all/\(file)"), "\(file) is missing")
        }
    }

    /// Pods are deleted in other phases: PodTests.
    @Test(arguments: [
        ("• Loading /images/node.tar", "pod"), ("• Waiting for the nodes", "pod"),
        ("kinkajou: ready", "node"),
    ])
    func aSignalInAnyPhaseEndsItWithNothingLeft(phase: String, level: String) throws {
        _ = try Archives.node()
        let before = HostSnapshot.take()
        let container = try ClusterContainer(["--privileged"], ["--wait-for", level])
        defer { container.remove() }
        try container.waitForErrors(phase)
        if level == "node" {
            #expect(try container.require("kubectl", "get", "nodes").contains(" Ready "))
            #expect(!container.errors.contains("Waiting for the cluster's DNS"))
        }
        try container.kill("TERM")
        #expect(try container.wait(seconds: 90) == 143, "\(container.errors)")
        #expect(!container.errors.contains("left behind"), "\(container.errors)")
        try expectNothingLeft(since: before)
    }

    @Test func aTimeOutSaysWhatIsMissing() throws {
        let container = try ClusterContainer(["--privileged"], ["--wait", "4s", "--", "true"])
        defer { container.remove() }
        #expect(try container.wait() == 75, "\(container.errors)")
        #expect(container.errors.contains("within 4 s"), "\(container.errors)")
        #expect(container.errors.contains("cure: "))
    }

    @Test func aNodePromisesNoMoreThanItsContainerMayUse() throws {
        let container = try ClusterContainer(
            ["--privileged", "--memory", "2g", "--memory-swap", "2g"], ["--wait-for", "service-account"])
        defer { container.remove() }
        try container.waitForErrors("kinkajou: ready")
        try container.expectAMemoryHogToDieAlone(promised: "1728Mi", load: ["kind", "load", "image-archive"])
    }

    /// The other levels are those of other tests.
    @Test func aLevelIsWhatItSays() throws {
        let container = try ClusterContainer(
            ["--privileged"],
            [
                "--wait-for", "service-account", "--", "kubectl", "get", "serviceaccount", "default", "-o",
                "name",
            ])
        defer { container.remove() }
        #expect(try container.wait() == 0, "\(container.errors)")
        #expect(container.output == "serviceaccount/default\n")
        #expect(container.errors.contains("✓ Waiting for the cluster's DNS"))
        #expect(!container.errors.contains("Waiting for a first Pod"))
    }

    /// One control plane and two workers; a Pod on one worker reaches one on the other.
    @Test func podsReachEachOtherAcrossNodes() throws {
        let directory = FileManager.default.temporaryDirectory.path + "/kinkajou-config-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let configuration = """
            kind: Cluster
            apiVersion: kind.x-k8s.io/v1alpha4
            nodes: [{role: control-plane}, {role: worker}, {role: worker}]
            """
        try configuration.write(toFile: directory + "/kind.yaml", atomically: true, encoding: .utf8)
        _ = try Archives.web()
        _ = try Archives.node()
        let before = HostSnapshot.take()
        let container = try ClusterContainer(
            ["--privileged", "-v", "\(directory):/config:ro"],
            ["--config", "/config/kind.yaml", "--wait-for", "dns"])
        defer { container.remove() }
        try container.waitForErrors("kinkajou: ready")
        let nodes = try container.require("kubectl", "get", "nodes", "--no-headers").split(separator: "\n")
        #expect(nodes.count == 3 && nodes.allSatisfy { $0.contains(" Ready ") }, "\(nodes)")

        try container.copy(try Archives.web(), to: "/tmp/web.tar")
        try container.require("kind", "load", "image-archive", "/tmp/web.tar")
        for (pod, node) in [("server", "kind-worker"), ("client", "kind-worker2")] {
            try container.apply(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: \(pod)}
                spec:
                  nodeName: \(node)
                  containers:
                  - {name: web, image: "\(Archives.webName)", command: [busybox, httpd, -f, -h, /srv]}
                """)
        }
        try container.require(
            "kubectl", "wait", "--for=condition=Ready", "pod/server", "pod/client", "--timeout=120s",
            seconds: 150)
        let address = try container.require(
            "kubectl", "get", "pod", "server", "-o", "jsonpath={.status.podIP}")
        #expect(
            try container.require(
                "kubectl", "exec", "client", "--", "busybox", "wget", "-qO-", "http://\(address)/")
                == "it works")

        try container.kill("TERM")
        #expect(try container.wait(seconds: 90) == 143, "\(container.errors)")
        #expect(!container.errors.contains("left behind"), "\(container.errors)")
        try expectNothingLeft(since: before)
    }
}
