import Foundation
import KubernetesTestSupport
import Testing

@testable import NestedCluster

@Suite struct NodeEvidenceTests {
    @Test func whatEndedTheKubeletComesFirst() {
        let evidence = NodeEvidence(
            """
            === kubelet activating
            I1126 05:21:58.000001     198 server.go:446] "Kubelet version" kubeletVersion="v1.36.2"
            E1126 05:21:59.100001     198 kubelet.go:2461] "Error getting node" err="node \\"a\\" not found"
            E1126 05:21:59.200002     198 kubelet.go:2461] "Error getting node" err="node \\"a\\" not found"
            E1126 05:22:00.000003     198 run.go:72] "command failed" err="failed to run Kubelet: kubelet is configured to not run on a host using cgroup v1"
            === containerd active
            time="2026-11-26T05:21:57Z" level=error msg="failed to load cni during init, please check CRI plugin status before setting up network for pods"
            """)
        #expect(
            evidence.kubelet == [
                "\"command failed\" err=\"failed to run Kubelet: kubelet is configured to not run on a host using cgroup v1\"",
                "\"Error getting node\" err=\"node \\\"a\\\" not found\"",
            ])
        // One that runs has errors too, which are none.
        #expect(evidence.containerd == [])
        #expect(evidence.crashes == [])
        #expect(evidence.failure().lines.first?.hasPrefix("kubelet: \"command failed\"") == true)
    }

    /// Recorded from Kubernetes 1.20.2.
    @Test func aFatalLineOfKlogIsTheReason() {
        let evidence = NodeEvidence(
            """
            === kubelet activating
            F1126 05:22:10.600000     301 server.go:269] failed to run Kubelet: failed to create kubelet: misconfiguration
            goroutine 1 [running]:
            k8s.io/kubernetes/vendor/k8s.io/klog/v2.stacks(0xc000010001)
            === containerd failed
            containerd: failed to load TOML from /etc/containerd/config.toml: (3, 1): unexpected token
            """)
        #expect(evidence.kubelet == ["failed to run Kubelet: failed to create kubelet: misconfiguration"])
        #expect(
            evidence.failure().lines.first
                == "containerd: containerd: failed to load TOML from /etc/containerd/config.toml: (3, 1): unexpected token"
        )
    }

    @Test func aStaticPodThatCrashesHasItsLastWords() {
        let evidence = NodeEvidence(
            """
            === kubelet active
            === containerd active
            === crash kube-apiserver
            2026-11-26T05:22:00.100000001Z stderr F I1126 05:22:00.100000       1 server.go:180] Version: v1.36.2
            2026-11-26T05:22:00.200000001Z stderr F E1126 05:22:00.200000       1 run.go:72] "command failed" err="invalid argument \\"x\\" for \\"--v\\" flag"
            === crash etcd
            2026-11-26T05:22:00.300000001Z stderr F {"level":"fatal","msg":"discovery failed"}
            """)
        #expect(
            evidence.crashes == [
                .init(
                    container: "kube-apiserver",
                    lines: ["\"command failed\" err=\"invalid argument \\\"x\\\" for \\\"--v\\\" flag\""]),
                .init(container: "etcd", lines: ["{\"level\":\"fatal\",\"msg\":\"discovery failed\"}"]),
            ])
        #expect(
            evidence.failure().lines.last
                == "etcd crashes: {\"level\":\"fatal\",\"msg\":\"discovery failed\"}")
    }

    /// The node engine has no journal and no Docker to ask: it reads the files themselves.
    @Test func theNodesOwnFilesSayTheSame() async throws {
        try await withTemporaryDirectory { root in
            let pod = root + "/var/log/pods/kube-system_etcd-a_1/etcd"
            for directory in [pod, root + "/var/log/kinkajou"] {
                try FileManager.default.createDirectory(
                    atPath: directory, withIntermediateDirectories: true)
            }
            let stamp = "2026-11-26T05:22:00.300000001Z stderr F "
            try writeFile(pod + "/0.log", stamp + "{\"level\":\"info\"}\n")
            // Nothing has crashed, and the kubelet has no errors: the last lines are what there is.
            #expect(NodeLogs.evidence(root: root).lines == ["etcd:", "  " + stamp + "{\"level\":\"info\"}"])
            try writeFile(
                pod + "/9.log", stamp + "{\"level\":\"fatal\",\"msg\":\"discovery failed\"}\n")
            try writeFile(pod + "/10.log", "")
            try writeFile(
                root + "/var/log/kinkajou/kubelet.log",
                "E1126 05:21:59.100001     198 kubelet.go:2461] \"Error getting node\" err=\"x\"\n")
            #expect(
                NodeLogs.evidence(root: root).lines == [
                    "kubelet: \"Error getting node\" err=\"x\"",
                    "etcd crashes: {\"level\":\"fatal\",\"msg\":\"discovery failed\"}",
                ])
        }
    }

    @Test(arguments: ["", "=== ", "=== kubelet", "=== crash", "=== containerd failed", "E", "no heading"])
    func nothingIsNothing(output: String) {
        #expect(NodeEvidence(output).kubelet == [])
        #expect(NodeEvidence(output).failure().lines.count <= 1)
    }
}
