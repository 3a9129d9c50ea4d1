import Testing

@testable import NestedCluster

@Suite struct KindFailureTests {
    /// Shortened from kind 0.27 with Kubernetes 1.20.2.
    private static let messages = [
        "ERROR: failed to create cluster: failed to init node with kubeadm: command \"docker exec --privileged kind-control-plane kubeadm init --config=/kind/kubeadm.conf --skip-token-print --v=6\" failed with error: exit status 1",
        "Command Output: I1126 05:21:50.000000     150 initconfiguration.go:201] loading configuration from \"/kind/kubeadm.conf\"",
        "[init] Using Kubernetes version: v1.20.2",
        "[kubelet-check] It seems like the kubelet isn't running or healthy.",
        "",
        "\tUnfortunately, an error has occurred:",
        "timed out waiting for the condition",
        "couldn't initialize a Kubernetes cluster",
        "k8s.io/kubernetes/cmd/kubeadm/app/cmd/phases/init.runWaitControlPlanePhase",
        "\tcmd/kubeadm/app/cmd/phases/init/waitcontrolplane.go:114",
        "error execution phase wait-control-plane",
        "k8s.io/kubernetes/cmd/kubeadm/app/cmd/phases/workflow.(*Runner).Run.func1",
        "\tcmd/kubeadm/app/cmd/phases/workflow/runner.go:235",
        "main.main", "runtime.goexit", "Stack Trace: ",
    ]

    @Test func kubeadmsErrorIsLeftAndNotItsStackTrace() {
        let failure = KindFailure(messages: ["Deleted nodes: []"] + Self.messages)
        #expect(
            failure.summary == "failed to create cluster: failed to init node with kubeadm: exit status 1")
        #expect(
            failure.details == [
                "timed out waiting for the condition", "couldn't initialize a Kubernetes cluster",
                "error execution phase wait-control-plane",
            ])
    }

    @Test func kubeadmsOwnChecksAreTheReason() {
        let failure = KindFailure(
            messages: Self.messages.prefix(2) + [
                "error execution phase preflight: [preflight] Some fatal errors occurred:",
                "\t[ERROR SystemVerification]: missing required cgroups: memory",
                "\t[ERROR Port-6443]: Port 6443 is in use", "[preflight] If you know what you are doing",
            ])
        #expect(
            failure.details == [
                "\t[ERROR SystemVerification]: missing required cgroups: memory",
                "\t[ERROR Port-6443]: Port 6443 is in use",
            ])
    }

    @Test func anErrorOfKindItself() {
        let failure = KindFailure(messages: ["ERROR: unknown apiVersion: v9"])
        #expect(failure == KindFailure(messages: ["", "ERROR: unknown apiVersion: v9"]))
        #expect(failure.summary == "unknown apiVersion: v9")
        #expect(failure.details == [])
        #expect(KindFailure(messages: []).summary == "")
        #expect(KindFailure(messages: ["odd"]).details == ["odd"])
    }
}
