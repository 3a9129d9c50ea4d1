import Foundation
import TestSupport
import Testing

/// A container or Pod with a cluster in it, where commands can be run.
protocol RunningCluster {
    /// Runs a command beside the cluster.
    func run(_ words: [String], seconds: Double) throws -> Command.Result
    /// Copies a file of this machine to it.
    func copy(_ file: String, to path: String) throws
}

extension RunningCluster {
    /// Runs a command that must succeed, and returns its stdout without the last newline.
    @discardableResult
    func require(_ words: String..., seconds: Double = 120) throws -> String {
        let result = try run(words, seconds: seconds)
        guard result.status == 0 else { throw Command.Failure(words: words, result: result) }
        return result.output.hasSuffix("\n") ? String(result.output.dropLast()) : result.output
    }

    /// CoreDNS has one ReplicaSet, with the Pods that were waited for: none is replaced afterwards.
    func expectTheNameServersAsKubeadmLeftThem() throws {
        func get(_ what: String) throws -> String {
            try require("sh", "-c", "kubectl -n kube-system get \(what)")
        }
        let settings = "{.spec.template.spec.containers[0].readinessProbe.periodSeconds} {.spec.paused}"
        #expect(try get("deployment coredns -o jsonpath='\(settings)'") == "10 ")
        try require(
            "kubectl", "-n", "kube-system", "rollout", "status", "deployment/coredns", "--timeout=60s")
        let sets = try get("replicasets -l k8s-app=kube-dns -o name").split(separator: "\n")
        #expect(sets.count == 1, "\(sets)")
        let pods = try get("pods -l k8s-app=kube-dns -o jsonpath='{.items[*].metadata.generateName}'")
        #expect(
            pods.split(separator: " ").map { "replicaset.apps/\($0.dropLast())" }
                == (sets + sets).map(String.init),
            "\(pods) \(sets)")
    }

    /// Hands a manifest to its `kubectl apply`.
    func apply(_ manifest: String) throws {
        try require("sh", "-c", "kubectl apply -f - <<'YAML'\n\(manifest)\nYAML")
    }

    /// What any cluster is for: a Deployment behind a Service, which another Pod reaches by its name.
    ///
    /// - Parameter load: The command that takes an archive of images into the nodes.
    func expectAServiceThatIsReachedByName(load: [String] = ["kind", "load", "image-archive"]) throws {
        try copy(try Archives.web(), to: "/tmp/web.tar")
        let loaded = try run(load + ["/tmp/web.tar"], seconds: 120)
        #expect(loaded.status == 0, "\(loaded)")
        try require(
            "kubectl", "create", "deployment", "web", "--image", Archives.webName, "--port", "80", "--",
            "busybox", "httpd", "-f", "-h", "/srv")
        try require("kubectl", "expose", "deployment", "web", "--port", "80")
        try require("kubectl", "run", "client", "--image", Archives.webName, "--", "sleep", "1000")
        try require("kubectl", "rollout", "status", "deployment/web", "--timeout=120s", seconds: 150)
        try require(
            "kubectl", "wait", "--for=condition=Ready", "pod/client", "--timeout=120s", seconds: 150)
        // The rules of a new Service are in place some moments after it.
        var answer = ""
        try Wait.until("the Service to answer; its last answer: \(answer)", seconds: 60) {
            answer =
                (try? require("kubectl", "exec", "client", "--", "busybox", "wget", "-qO-", "http://web/"))
                ?? ""
            return answer == "it works"
        }
    }

    /// A node reports what its container may use, and a Pod that takes more memory than there is dies alone.
    ///
    /// - Parameters:
    ///   - promised: The memory for Pods.
    ///   - load: The command that takes an archive of images into the node.
    func expectAMemoryHogToDieAlone(promised: String, load: [String]) throws {
        let allocatable = try require(
            "kubectl", "get", "nodes", "-o", "jsonpath={.items[0].status.allocatable.memory}")
        #expect(allocatable == promised)
        try copy(try Archives.web(), to: "/tmp/web.tar")
        let loaded = try run(load + ["/tmp/web.tar"], seconds: 60)
        #expect(loaded.status == 0, "\(loaded)")
        try apply(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: hog}
            spec:
              restartPolicy: Never
              tolerations: [{operator: Exists}]
              containers:
              - {name: hog, image: "\(Archives.webName)", imagePullPolicy: Never, command: [busybox, tail, /dev/zero]}
            """)
        let state = "jsonpath={.status.phase} {.status.containerStatuses[0].state.terminated.exitCode}"
        var last = ""
        try Wait.until("the Pod to be killed (SIGKILL); its state: \(last)", seconds: 120) {
            // While memory is short an answer may take longer than kubectl waits.
            last = try run(["kubectl", "get", "pod", "hog", "-o", state], seconds: 60).output
            return last == "Failed 137"
        }
        let restarts = "jsonpath={.items[*].status.containerStatuses[*].restartCount}"
        let counts = try require("kubectl", "get", "pods", "-n", "kube-system", "-o", restarts)
        #expect(Set(counts.split(separator: " ")) == ["0"], "\(counts)")
    }

    /// A claim that is bound, and a Pod that writes to its volume.
    func expectAVolumeThatIsWritten() throws {
        try apply(
            """
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: data}
            spec:
              accessModes: [ReadWriteOnce]
              resources: {requests: {storage: 1Mi}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: writer}
            spec:
              restartPolicy: Never
              containers:
              - name: writer
                image: \(Archives.webName)
                command: [sh, -c, "echo kept >/data/file && cat /data/file"]
                volumeMounts: [{name: data, mountPath: /data}]
              volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
            """)
        // kubectl of 1.20 waits for no fields.
        try Wait.until("the Pod writer to have succeeded", seconds: 120) {
            try require("kubectl", "get", "pod", "writer", "-o", "jsonpath={.status.phase}") == "Succeeded"
        }
        #expect(try require("kubectl", "get", "pvc", "data", "-o", "jsonpath={.status.phase}") == "Bound")
    }

    /// The streams that go through the kubelet. Needs what the two above have made.
    func expectExecLogsAndForwardedPorts() throws {
        #expect(
            try require("kubectl", "exec", "client", "--", "busybox", "cat", "/srv/index.html") == "it works")
        #expect(try run(["kubectl", "exec", "client", "--", "sh", "-c", "exit 7"], seconds: 60).status == 7)
        #expect(try require("kubectl", "logs", "writer") == "kept")
        let answer = try require(
            "bash", "-c",
            #"""
            exec 4< <(exec kubectl port-forward service/web 8080:80)
            forwarder=$!
            trap 'kill $forwarder' EXIT
            read -r line <&4 || exit 1
            exec 3<>/dev/tcp/127.0.0.1/8080
            printf 'GET / HTTP/1.0\r\n\r\n' >&3
            cat <&3
            """#)
        #expect(answer.hasSuffix("it works"), "\(answer)")
    }
}
