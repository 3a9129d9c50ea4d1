import Foundation
import TestSupport
import Testing

/// A cluster in a container.
@Suite(.serialized, .enabled(if: ClusterContainer.obstacle == nil, "\(ClusterContainer.obstacle ?? "")"))
struct ClusterTests {
    @Test func aReadyClusterIsUsedAndLeavesNothing() throws {
        let web = try Archives.web()
        _ = try Archives.node()
        let before = HostSnapshot.take()
        let container = try ClusterContainer(
            ["-v", "\(web):/extra/web.tar:ro"], ["--verbose", "--cert-san", "cluster.example"])
        defer { container.remove() }
        try container.waitForErrors("kinkajou: ready")
        #expect(container.errors.contains("✓ Starting control-plane 🕹️"), "\(container.errors)")
        #expect(container.errors.contains("✓ Waiting for a first Pod"), "\(container.errors)")
        #expect(container.errors.contains("Where the time went"))

        // Ready means ready, and nothing of the check is left.
        #expect(try container.require("kubectl", "get", "nodes").contains(" Ready "))
        #expect(try container.require("kubectl", "get", "pods", "-o", "name").isEmpty)

        try aServiceIsReachedByName(container)
        try theServerIsReachedFromOutside(container)
        try probesAreAnswered(container)

        try container.kill("TERM")
        #expect(try container.wait(seconds: 90) == 143, "\(container.errors)")
        #expect(!container.errors.contains("left behind"), "\(container.errors)")
        try expectNothingLeft(since: before)
    }

    private func aServiceIsReachedByName(_ container: ClusterContainer) throws {
        try container.require("kind", "load", "image-archive", "/extra/web.tar")
        try container.require(
            "kubectl", "create", "deployment", "web", "--image", Archives.webName, "--port", "80", "--",
            "busybox", "httpd", "-f", "-h", "/srv")
        try container.require("kubectl", "expose", "deployment", "web", "--port", "80")
        try container.require(
            "kubectl", "rollout", "status", "deployment/web", "--timeout=120s", seconds: 150)
        try container.require(
            "kubectl", "run", "client", "--image", Archives.webName, "--restart=Never", "--", "sleep", "1000")
        try container.require(
            "kubectl", "wait", "--for=condition=Ready", "pod/client", "--timeout=120s", seconds: 150)
        // The rules of a new Service are in place some moments after it.
        var answer = ""
        try Wait.until("the Service to answer", seconds: 60) {
            answer =
                (try? container.require(
                    "kubectl", "exec", "client", "--", "bash", "-c",
                    #"exec 3<>/dev/tcp/web/80 && printf 'GET / HTTP/1.0\r\n\r\n' >&3 && cat <&3"#)) ?? ""
            return answer.hasSuffix("it works")
        }
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
        for name in [address, "localhost", "cluster.example"] {
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
            ["-v", "\(directory):/logs", "-e", "KIND_CLUSTER_NAME=ci"],
            [
                "--trace", "/logs/phases.json", "--export-logs", "/logs/all", "--grace", "60s", "--", "sh",
                "-c",
                "test -f \"$KUBECONFIG\" && kubectl get nodes -o name; exit 42",
            ])
        defer { container.remove() }
        #expect(try container.wait() == 42, "\(container.errors)")
        #expect(container.output == "node/ci-control-plane\n")
        let trace = try String(contentsOfFile: directory + "/phases.json", encoding: .utf8)
        for text in ["Starting control-plane", "\"waitedFor\" : \"dns\"", "\"seconds\""] {
            #expect(trace.contains(text), "\(trace)")
        }
        for file in ["dockerd.log", "kind-config.yaml", "trace.json", "ci-control-plane/kubelet.log"] {
            #expect(FileManager.default.fileExists(atPath: "\(directory)/all/\(file)"), "\(file) is missing")
        }
    }

    @Test(arguments: [
        "Loading /images/node.tar", "Preparing nodes", "Starting control-plane", "Waiting for the nodes",
    ])
    func aSignalInEveryPhaseEndsItWithNothingLeft(phase: String) throws {
        _ = try Archives.node()
        let before = HostSnapshot.take()
        let container = try ClusterContainer([], ["--", "sleep", "1000"])
        defer { container.remove() }
        try container.waitForErrors("• \(phase)")
        try container.kill("TERM")
        #expect(try container.wait(seconds: 90) == 143, "\(container.errors)")
        #expect(!container.errors.contains("left behind"), "\(container.errors)")
        try expectNothingLeft(since: before)
    }

    @Test func aTimeOutSaysWhatIsMissing() throws {
        let container = try ClusterContainer([], ["--wait", "4s", "--", "true"])
        defer { container.remove() }
        #expect(try container.wait() == 75, "\(container.errors)")
        #expect(container.errors.contains("within 4 s"), "\(container.errors)")
        #expect(container.errors.contains("cure: "))
    }

    @Test func aMissingImageIsNamed() throws {
        let container = try ClusterContainer(
            [], ["--image", "registry.invalid/node:v1.0.0", "--", "true"], hasArchive: false)
        defer { container.remove() }
        #expect(try container.wait() == 70, "\(container.errors)")
        #expect(container.errors.contains("the node image registry.invalid/node:v1.0.0 is not here"))
        #expect(container.errors.contains("--image-archive"))
    }
}
