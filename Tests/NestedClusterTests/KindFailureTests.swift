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

    /// The end of what kubeadm 1.35 says of a control plane that does not come up, as reports quote it.
    @Test func kubeadmsAdviceIsLeftOutAndWhatIsNotHealthyStays() {
        let error =
            #"error: error execution phase wait-control-plane: failed while waiting for the control plane to start: [kube-apiserver check failed at https://192.168.56.102:6443/livez: Get "https://192.168.56.102:6443/livez?timeout=10s": dial tcp 192.168.56.102:6443: connect: connection refused]"#
        let failure = KindFailure(
            messages: Self.messages.prefix(2) + [
                "[control-plane-check] Waiting for healthy control plane components. This can take up to 4m0s",
                "[control-plane-check] kube-scheduler is healthy after 3.060930196s",
                "[control-plane-check] kube-apiserver is not healthy after 4m38.376821078s",
                "",
                "A control plane component may have crashed or exited when started by the container runtime.",
                "To troubleshoot, list all containers using your preferred container runtimes CLI.",
                "Here is one example how you may list all running Kubernetes containers by using crictl:",
                "        - 'crictl --runtime-endpoint unix:///var/run/containerd/containerd.sock ps -a | grep kube | grep -v pause'",
                "        Once you have found the failing container, you can inspect its logs with:",
                "        - 'crictl --runtime-endpoint unix:///var/run/containerd/containerd.sock logs CONTAINERID'",
                "", error, "To see the stack trace of this error execute with --v=5 or higher",
            ])
        #expect(
            failure.details == [
                "[control-plane-check] kube-apiserver is not healthy after 4m38.376821078s", error,
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
