import Testing
import Values

@testable import EngineHost

/// What is told of a kubelet or a containerd of the node engine that ends.
@Suite struct ProgramFailureTests {
    /// The end of a kubelet of 1.36 on cgroup v1, with what Go writes after it.
    @Test func theKubeletsErrorIsToldAndNotGosStack() {
        let error = ProgramFailure.error(
            "the kubelet ended (exit status 1)", program: "kubelet",
            log: [
                "I1126 05:21:58.000001     198 server.go:446] \"Kubelet version\" kubeletVersion=\"v1.36.2\"",
                "E1126 05:22:00.000003     198 run.go:72] \"command failed\" err=\"failed to run Kubelet: kubelet is configured to not run on a host using cgroup v1\"",
                "goroutine 1 [running]:", "k8s.io/kubernetes/vendor/k8s.io/klog/v2.stacks(0xc000010001)",
            ], path: "/log", code: .clusterFailed)
        #expect(error.summary.contains("the kubelet refuses this host's cgroup v1"), "\(error.summary)")
        #expect(
            error.evidence == [
                "\"command failed\" err=\"failed to run Kubelet: kubelet is configured to not run on a host using cgroup v1\""
            ])
        #expect(error.cure.contains("failCgroupV1: false"))
        #expect(error.see == "kinkajou doctor --check cgroup-version")
    }

    @Test func aConfigurationThatDoesNotLoadIsNamed() {
        let error = ProgramFailure.error(
            "containerd ended before it listened (exit status 1)", program: "containerd",
            log: [
                "time=\"2026-11-26T05:21:57Z\" level=info msg=\"starting containerd\" version=v2.2.0",
                "time=\"2026-11-26T05:21:57Z\" level=error msg=\"failed to load plugin\" error=\"invalid plugin config: `mirrors` cannot be set when `config_path` is provided\" id=io.containerd.cri.v1.images",
            ], path: "/log", code: .engineFailed)
        #expect(error.summary.contains("registry.mirrors beside config_path"), "\(error.summary)")
        #expect(error.cure.contains("--registry-mirror"))
    }

    @Test func whatIsNotKnownHasItsLastLines() {
        let error = ProgramFailure.error(
            "the kubelet ended (exit status 2)", program: "kubelet", log: ["one", "", "two"], path: "/log",
            code: .clusterFailed)
        #expect(error.summary == "the kubelet ended (exit status 2)")
        #expect(error.evidence == ["one", "two"])
        #expect(error.cure == "read its log, /log")
    }
}
