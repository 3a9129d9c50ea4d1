import Foundation
import TestSupport
import Testing

/// Clusters in Pods of a host cluster.
@Suite(.serialized, .needs(.hostCluster), .hostCluster)
struct PodTests {
    /// Two at once: one by `make up`, and one of 2 GiB by `kinkajou manifest`.
    @Test func clustersInPodsAreUsedAndLeaveNothing() throws {
        let host = try HostCluster.required()
        let bystander = try Bystander(host)
        defer { bystander.delete() }
        let before = try NodeSnapshot(of: host)

        let small = try ClusterPod(host, name: "small", options: ["--memory", "2Gi"])
        defer { small.remove() }
        let large = ClusterPod(existing: "kind-cluster", in: host)
        defer { large.remove() }
        let up = try run("up", host)
        try #require(up.status == 0, "\(up)")
        #expect(up.output.contains("\(host.node)"), "\(up)")
        #expect(up.output.contains("kind-control-plane"), "\(up)")
        let user = Self.userKubeconfig(host)
        defer { unlink(user) }
        let nodes = try Command.run(["kubectl", "--kubeconfig", user, "get", "nodes", "-o", "name"])
        #expect(nodes.output == "node/\(host.node)\n", "\(nodes)")
        try small.waitUntilReady()

        try large.expectAServiceThatIsReachedByName()
        try large.expectAVolumeThatIsWritten()
        try large.expectExecLogsAndForwardedPorts()
        try theServerIsReachedFromOutside(large, by: bystander)
        try theLimitsHold(small)
        for pod in [small, large] {
            #expect(try pod.restarts() == "0")
            #expect(try pod.field(".status.phase") == "Running")
        }

        // A Pod that has to be killed stays for its whole grace period.
        for pod in [small, large] {
            let end = try pod.delete()
            #expect(end.seconds < 30)
            #expect(!end.log.contains("left behind"), "\(end.log)")
        }
        #expect(NodeSnapshot.left(in: host, since: before) == [])
        // No kubelet in a Pod has taken another Pod for an orphan of its own.
        try bystander.expectUntouched()
    }

    /// With its certificate checked: at the Pod's address from another Pod, and through `kubectl port-forward`.
    private func theServerIsReachedFromOutside(_ pod: ClusterPod, by other: Bystander) throws {
        let host = pod.host
        let directory = FileManager.default.temporaryDirectory.path + "/kinkajou-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let config = try pod.require("kubectl", "config", "view", "--raw")
        #expect(!config.contains("insecure-skip-tls-verify"))
        let file = directory + "/kubeconfig"
        try (config + "\n").write(toFile: file, atomically: true, encoding: .utf8)

        #expect(config.contains("server: https://\(try pod.field(".status.podIP")):30001"))
        try host.kubectl("cp", file, "\(other.name):/tmp/kubeconfig")
        #expect(
            try host.kubectl(
                "exec", other.name, "--", "kubectl", "--kubeconfig", "/tmp/kubeconfig", "get", "nodes", "-o",
                "name") == "node/kind-control-plane")

        let forwarder = try ChildProcess(host.client(["port-forward", "pod/\(pod.name)", ":30001"]))
        defer { forwarder.end() }
        try forwarder.waitForOutput(" -> 30001")
        let line = forwarder.output.split(separator: "\n").first { $0.contains("127.0.0.1:") } ?? ""
        let port = try #require(
            line.split(separator: " ").first { $0.contains(":") }?.split(separator: ":").last)
        #expect(
            try Command.require(
                "kubectl", "--kubeconfig", file, "--server", "https://127.0.0.1:\(port)", "get", "nodes",
                "-o",
                "name") == "node/kind-control-plane\n")
    }

    /// Everything in the Pod is below its cgroup, where the kernel keeps its limit; and a limit of a Pod of the nested
    /// cluster holds too: what eats more memory ends, and all else goes on.
    private func theLimitsHold(_ pod: ClusterPod) throws {
        let uid = try pod.field(".metadata.uid")
        let inside = try pod.host.inNode(
            "sh", "-c",
            """
            for process in /proc/[0-9]*; do
                if grep -E ':memory:|^0::' $process/cgroup | grep -q "$1"; then cat $process/comm; fi
            done 2>/dev/null | sort -u
            """, "sh", uid)
        let names = Set(inside.split(separator: "\n").map(String.init))
        let wanted: Set = ["dockerd", "containerd", "kubelet", "etcd", "kube-apiserver", "pause"]
        #expect(wanted.subtracting(names) == [], "\(names)")
        // Version 1 of cgroups, or version 2.
        let limits = try pod.host.inNode(
            "sh", "-c",
            "find /sys/fs/cgroup -path '*\(uid)*' \\( -name memory.limit_in_bytes -o -name memory.max \\) -exec cat {} +"
        )
        #expect(limits.split(separator: "\n").contains { $0 == "\(2 << 30)" }, "\(limits)")

        try pod.copy(try Archives.web(), to: "/tmp/web.tar")
        try pod.require("kind", "load", "image-archive", "/tmp/web.tar")
        try pod.apply(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: eater}
            spec:
              restartPolicy: Never
              containers:
              - name: eater
                image: \(Archives.webName)
                command: [dd, if=/dev/zero, of=/dev/null, bs=500M, count=1]
                resources: {limits: {memory: 64Mi}}
            """)
        try pod.require(
            "kubectl", "wait", "--for=jsonpath={.status.phase}=Failed", "pod/eater", "--timeout=60s",
            seconds: 90)
        #expect(
            try pod.require(
                "kubectl", "get", "pod", "eater", "-o",
                "jsonpath={.status.containerStatuses[0].state.terminated.exitCode}") == "137")
        #expect(try pod.require("kubectl", "get", "--raw", "/readyz") == "ok")
    }

    /// A Pod that is the node of its cluster does what one with an engine in it does.
    @Test func aNodeInAPodIsUsedAndLeavesNothing() throws {
        let host = try HostCluster.required()
        let bystander = try Bystander(host)
        defer { bystander.delete() }
        let before = try NodeSnapshot(of: host)
        let pod = try ClusterPod(host, name: "node", options: ["--engine", "node", "--memory", "2Gi"])
        defer { pod.remove() }
        try pod.waitUntilReady()
        try pod.expectAServiceThatIsReachedByName(load: ["ctr", "--namespace", "k8s.io", "images", "import"])
        try pod.expectAVolumeThatIsWritten()
        try pod.expectExecLogsAndForwardedPorts()
        try theServerIsReachedFromOutside(pod, by: bystander)
        let promised = try pod.require(
            "kubectl", "get", "nodes", "-o", "jsonpath={.items[0].status.allocatable.memory}")
        #expect(promised == "1728Mi")
        #expect(try pod.restarts() == "0")
        let end = try pod.delete()
        #expect(end.seconds < 30)
        #expect(!end.log.contains("left behind"), "\(end.log)")
        #expect(NodeSnapshot.left(in: host, since: before) == [])
        try bystander.expectUntouched()
    }

    private static let phases = [
        "kind": [
            "• Preparing nodes", "• Loading", "• Starting control-plane", "• Starting dockerd",
            "• Waiting for the nodes", "kinkajou: ready",
        ],
        "node": [
            "• Starting the control plane", "• Waiting for the cluster's DNS", "• Starting containerd",
            "• Installing what", "kinkajou: ready",
        ],
    ]

    /// In every phase of its start, again and again: KINKAJOU_TEST_DELETIONS says how often.
    @Test(arguments: ["kind", "node"])
    func aPodThatIsDeletedEndsWithinItsGraceAndLeavesNothing(engine: String) throws {
        let host = try HostCluster.required()
        let before = try NodeSnapshot(of: host)
        let given = ProcessInfo.processInfo.environment["KINKAJOU_TEST_DELETIONS"].flatMap { Int($0) }
        let phases = try #require(Self.phases[engine])
        for number in 0..<(given ?? 3) {
            let phase = phases[number % phases.count]
            let comment: Comment = "number \(number), in the phase \(phase)"
            let pod = try ClusterPod(
                host, name: "doomed-\(engine)-\(number)", options: ["--engine", engine])
            defer { pod.remove() }
            try pod.waitForLog(phase)
            let end = try pod.delete()
            #expect(end.seconds < 30, comment)
            #expect(!end.log.contains("left behind"), "\(comment): \(end.log)")
            #expect(NodeSnapshot.left(in: host, since: before) == [], comment)
        }
    }

    /// In place of that of the user, where `make up` sets its context.
    private static func userKubeconfig(_ host: HostCluster) -> String { host.kubeconfig + ".user" }

    private func run(_ script: String, _ host: HostCluster) throws -> Command.Result {
        var setup = ChildProcess.Setup("\(HostCluster.repository)/scripts/\(script)")
        let own = [
            "KINKAJOU_HOST": host.name, "KINKAJOU_KUBECONFIG": host.kubeconfig,
            "KUBECONFIG": Self.userKubeconfig(host),
        ]
        setup.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }.map { "\($0)=\($1)" }
        return try Command.run(setup, seconds: 900)
    }
}

/// A Pod of the host cluster that has nothing to do with the clusters in others.
struct Bystander {
    let host: HostCluster
    let name = "bystander"
    private let container: String

    init(_ host: HostCluster) throws {
        self.host = host
        try host.apply(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: bystander}
            spec:
              automountServiceAccountToken: false
              terminationGracePeriodSeconds: 1
              containers:
              - name: sleep
                image: \(HostCluster.podImage)
                imagePullPolicy: IfNotPresent
                command: [sleep, infinity]
            """)
        try host.kubectl("wait", "--for=condition=Ready", "pod/bystander", "--timeout=60s")
        container = try host.kubectl("get", "pod", name, "-o", Self.identity)
    }

    private static let identity =
        "jsonpath={.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}"

    /// It runs in its first container still.
    func expectUntouched() throws {
        #expect(container.hasSuffix(" 0"))
        #expect(try host.kubectl("get", "pod", name, "-o", Self.identity) == container)
    }

    func delete() {
        _ = try? host.run(["delete", "pod", name, "--wait", "--timeout=60s"], seconds: 90)
    }
}
