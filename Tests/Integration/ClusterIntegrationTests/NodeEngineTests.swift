import Foundation
import TestSupport
import Testing

/// A container of the node image, unchanged, that is the node of its cluster.
final class NodeContainer: RunningCluster {
    let name: String
    private let process: ChildProcess

    /// Runs `kinkajou cluster --engine node` in the foreground of a `docker run`.
    init(
        _ arguments: [String] = [], flags: [String] = ["--privileged", "--volume", "/var/lib/kinkajou"]
    ) throws {
        name = "kj-node-" + String(UInt32.random(in: .min ... .max), radix: 36)
        let program = try BuiltBinary.path("kinkajou")
        process = try ChildProcess(
            ChildProcess.Setup(
                "docker",
                ["run", "--rm", "--name", name, "--entrypoint", "/kinkajou"] + flags
                    + [
                        "--volume", "\(program):/kinkajou:ro", ImageUnderTest.node.name, "cluster",
                        "--engine",
                        "node",
                    ] + arguments))
    }

    deinit { remove() }

    func run(_ words: [String], seconds: Double) throws -> Command.Result {
        try Command.run(
            ["docker", "exec", "-e", "KUBECONFIG=/root/.kube/config", name] + words, seconds: seconds)
    }

    func copy(_ file: String, to path: String) throws {
        try Command.require("docker", "cp", file, "\(name):\(path)")
    }

    func waitForErrors(_ text: String, seconds: Double = 300) throws {
        try process.waitForErrors(text, seconds: seconds)
    }

    func wait(seconds: Double = 300) throws -> Int32 { try process.wait(seconds: seconds) }

    func kill(_ signal: String) throws {
        try Command.require("docker", "kill", "--signal", signal, name)
    }

    var output: String { process.output }
    var errors: String { process.errors }

    func remove() {
        _ = try? Command.run(["docker", "rm", "-f", "-v", name])
        process.end()
    }
}

/// The engine `node`.
@Suite(.serialized, .needs(.nodeImage, .binaries))
struct NodeEngineTests {
    /// Ready up to a first Pod and DNS, the command's streams and status are the container's, and nothing stays.
    @Test func theCommandHasAReadyCluster() throws {
        let before = HostSnapshot.take()
        let container = try NodeContainer([
            "--", "sh", "-c",
            "kubectl get nodes -o name; kubectl get storageclass -o name;"
                + " kubectl get node -o 'jsonpath={.items[0].spec.podCIDR}'; exit 7",
        ])
        defer { container.remove() }
        #expect(try container.wait() == 7, "\(container.errors)")
        #expect(container.output.contains("node/kind-control-plane\n"), "\(container.output)")
        #expect(container.output.contains("storageclass.storage.k8s.io/standard\n"), "\(container.output)")
        #expect(container.output.hasSuffix("10.245.0.0/24"), "\(container.output)")
        #expect(container.errors.contains("✓ Waiting for a first Pod"), "\(container.errors)")
        #expect(!container.errors.contains("left behind"), "\(container.errors)")
        try expectNothingLeft(since: before)
    }

    /// kind's patches mean what they mean to kind, the settings of registries reach containerd, the name is the cluster's,
    /// and its logs are there in the end.
    @Test func patchesReachTheNode() throws {
        let directory =
            FileManager.default.temporaryDirectory.path + "/kj-node-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try """
        kind: Cluster
        apiVersion: kind.x-k8s.io/v1alpha4
        name: patched
        kubeadmConfigPatches:
        - |
          kind: KubeletConfiguration
          maxPods: 17
        containerdConfigPatches:
        - |
          [plugins."io.containerd.grpc.v1.cri"]
            max_container_log_line_size = 4242
        """.write(toFile: directory + "/kind.yaml", atomically: true, encoding: .utf8)
        let container = try NodeContainer(
            [
                "--config", "/shared/kind.yaml", "--wait-for", "node", "--registry-mirror",
                "http://mirror.invalid:5000", "--export-logs", "/shared/logs",
            ],
            flags: ["--privileged", "--volume", "/var/lib/kinkajou", "--volume", "\(directory):/shared"])
        defer { container.remove() }
        try container.waitForErrors("kinkajou: ready")
        #expect(
            try container.require(
                "kubectl", "get", "node", "patched-control-plane", "-o", "jsonpath={.status.capacity.pods}")
                == "17")
        // A Service at the API server's port would take its clients away.
        let service = try container.run(
            ["kubectl", "create", "service", "nodeport", "thief", "--tcp=80", "--node-port=30001"],
            seconds: 60)
        #expect(service.status != 0 && service.errors.contains("30003-32767"), "\(service)")
        let containerd = try container.require("crictl", "info")
        #expect(containerd.contains(#""maxContainerLogSize": 4242"#), "\(containerd)")
        let hosts = try container.require("cat", "/etc/containerd/certs.d/docker.io/hosts.toml")
        #expect(hosts.contains(#"[host."http://mirror.invalid:5000"]"#), "\(hosts)")
        // What is pulled is looked for there.
        let pulled = try container.run(["crictl", "pull", "docker.io/library/nothing:1"], seconds: 60)
        #expect(pulled.status != 0 && pulled.errors.contains("mirror.invalid"), "\(pulled)")
        // With the signal that the image names for it, which is systemd's.
        try Command.require("docker", "stop", "--time", "40", container.name)
        #expect(try container.wait(seconds: 60) == 143, "\(container.errors)")
        #expect(!container.errors.contains("left behind"), "\(container.errors)")
        let logs = directory + "/logs/"
        for name in [
            "patched-control-plane/kubelet.log", "patched-control-plane/containerd.log", "trace.json",
        ] {
            #expect(FileManager.default.fileExists(atPath: logs + name), "\(name)")
        }
    }

    /// A file of this machine's for a container; who asks for it removes it.
    private func temporaryFile(_ text: String, mode: Int = 0o644) throws -> String {
        let path =
            FileManager.default.temporaryDirectory.path + "/kj-node-\(UInt32.random(in: .min ... .max))"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    /// A stand-in for a kubelet from 1.35 on, which ends at once on cgroup v1: its own words, their cause and the cure are
    /// in the message, and the wait is not sat out.
    @Test func aKubeletThatRefusesIsNamedWithItsCause() throws {
        let kubelet = try temporaryFile(
            """
            #!/bin/sh
            case "$*" in *--version*) echo "Kubernetes v1.20.2"; exit ;; esac
            echo 'E1127 05:22:10.600000     301 run.go:72] "command failed" err="failed to run Kubelet: kubelet is configured to not run on a host using cgroup v1. cgroup v1 support is unsupported"' >&2
            exit 1
            """, mode: 0o755)
        defer { try? FileManager.default.removeItem(atPath: kubelet) }
        let container = try NodeContainer(
            ["--wait", "10m"],
            flags: [
                "--privileged", "--volume", "/var/lib/kinkajou", "--volume", "\(kubelet):/usr/bin/kubelet:ro",
            ])
        defer { container.remove() }
        #expect(try container.wait(seconds: 120) == 70, "\(container.errors)")
        for text in [
            "the kubelet refuses this host's cgroup v1", "failCgroupV1: false",
            "kinkajou doctor --check cgroup-version",
        ] {
            #expect(container.errors.contains(text), "\(text): \(container.errors)")
        }
    }

    /// A patch that does not fit is refused by its name, and nothing is started with half of it.
    @Test func aPatchThatDoesNotFitIsRefused() throws {
        let file = try temporaryFile(
            """
            kind: Cluster
            apiVersion: kind.x-k8s.io/v1alpha4
            containerdConfigPatchesJSON6902:
            - '[{"op": "remove", "path": "/plugins/none"}]'
            """)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let container = try NodeContainer(
            ["--config", "/kind.yaml"],
            flags: ["--privileged", "--volume", "/var/lib/kinkajou", "--volume", "\(file):/kind.yaml:ro"])
        defer { container.remove() }
        #expect(try container.wait(seconds: 60) == 64, "\(container.errors)")
        #expect(container.errors.contains("there is nothing at /plugins/none"), "\(container.errors)")
        #expect(container.errors.contains("containerdConfigPatchesJSON6902"), "\(container.errors)")
    }

    /// A stop in the middle of the start ends it within its grace, and nothing stays.
    @Test(arguments: ["Starting containerd", "Writing the control plane", "Starting the control plane"])
    func aStopWhileItStarts(phase: String) throws {
        let before = HostSnapshot.take()
        let container = try NodeContainer()
        defer { container.remove() }
        try container.waitForErrors(phase)
        try container.kill("TERM")
        #expect(try container.wait(seconds: 40) == 143, "\(container.errors)")
        #expect(!container.errors.contains("left behind"), "\(container.errors)")
        try expectNothingLeft(since: before)
    }

    @Test func aNodePromisesNoMoreThanItsContainerMayUse() throws {
        let container = try NodeContainer(
            ["--wait-for", "service-account"],
            flags: [
                "--privileged", "--volume", "/var/lib/kinkajou", "--memory", "2g", "--memory-swap", "2g",
            ])
        defer { container.remove() }
        try container.waitForErrors("kinkajou: ready")
        try container.expectTheNameServersAsKubeadmLeftThem()
        try container.expectAMemoryHogToDieAlone(
            promised: "1728Mi", load: ["ctr", "--namespace", "k8s.io", "images", "import"])
    }

    @Test func withoutAVolumeItSaysWhatToDo() throws {
        let container = try NodeContainer(flags: ["--privileged"])
        defer { container.remove() }
        #expect(try container.wait(seconds: 60) == 73)
        #expect(container.errors.contains("cure: mount a volume there"), "\(container.errors)")
    }

    @Test func whatItCannotDoIsRefused() throws {
        let file = try temporaryFile(
            "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes: [{role: control-plane}, {role: worker}]\n"
        )
        defer { try? FileManager.default.removeItem(atPath: file) }
        let container = try NodeContainer(
            ["--config", "/kind.yaml"], flags: ["--privileged", "--volume", "\(file):/kind.yaml:ro"])
        defer { container.remove() }
        #expect(try container.wait(seconds: 60) == 64)
        #expect(container.errors.contains("does not do this yet: several nodes"), "\(container.errors)")
    }
}
