import Foundation
import TestSupport
import Testing

extension HostClusterTests {
    /// What can go wrong while a cluster is made, provoked for real: said at once and in plain words, with nothing left.
    @Suite struct CreationFailureTests {
        @Test func eachFailureIsSaidInPlainWordsAndLeavesNothing() throws {
            let host = try HostCluster.required()
            let client = try Client(host, namespace: "fail")
            defer { client.remove() }
            func expect(
                _ words: [String], _ phrases: String..., status: Int32 = 1, seconds: Double = 60,
                location: SourceLocation = #_sourceLocation
            ) throws {
                let result = try Command.run(
                    try client.setup(
                        try BuiltBinary.path("kinkajou"), ["create", "cluster", "--name", "bad"] + words),
                    seconds: seconds)
                #expect(result.status == status, "\(result)", sourceLocation: location)
                for phrase in phrases {
                    #expect(result.errors.contains(phrase), "\(result)", sourceLocation: location)
                }
                // What belonged to the Pod is the garbage collector's to delete.
                try client.expectNothingLeft()
            }

            let trace = client.home + "/start.json"
            try expect(
                ["--node-selector", "disk=none", "--start-timeout", "10s", "--trace", trace],
                "no node of the host cluster can take its Pod", "--node-selector", "--start-timeout",
                status: 75)
            // There is no Pod left to ask what took so long.
            let seen = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: trace)))
            #expect((seen as? [String: Any])?["outcome"] as? String == "failed", "\(seen)")
            try expect(["--trace", client.home + "/none/start.html"], "none/start.html", "--trace")
            try expect(
                ["--pod-image", "kinkajou.invalid/x:1"], "kinkajou.invalid/x:1 cannot be pulled",
                "--pod-image",
                seconds: 120)
            try expect(["--pod-image", "UPPER/x"], "UPPER/x")
            // The kernel's own word for a limit that is too small.
            try expect(["--memory", "60Mi"], "--memory", seconds: 120)
            try expect(["--name", "a.b"], "has characters other than a-z", status: 64)
            try expect(["--memory", "4GB"], "--memory 4GB", status: 64)
            try expect(["--owner", "pod/nobody"], "there is no Pod \"nobody\"")
            try expect(["-n", "nowhere"], "nowhere")
            try expect(["--runtime-class", "none-such"], "none-such")

            let config = client.home + "/kind.yaml"
            try "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnods: []\n".write(
                toFile: config, atomically: true, encoding: .utf8)
            try expect(["--config", config], "kind.yaml:3", "nods", status: 64)
            try """
            kind: Cluster
            apiVersion: kind.x-k8s.io/v1alpha4
            nodes: [{role: control-plane, extraMounts: [{hostPath: /data, containerPath: /data}]}]
            """.write(toFile: config, atomically: true, encoding: .utf8)
            try expect(["--config", config], "extraMounts", status: 64)

            try host.kubectl("create", "quota", "small", "-n", "fail", "--hard=limits.memory=1Gi")
            // A quota counts for nothing before its controller has seen it.
            try Wait.until("the quota's status", seconds: 60) {
                try host.kubectl("get", "quota", "small", "-n", "fail", "-o", "jsonpath={.status.hard}")
                    .contains("1Gi")
            }
            // Found before, and named after.
            try expect(
                [], "exceeded quota", "error: kube-quota: small: limits.memory is 0 of 1Gi",
                "see:  kinkajou doctor --target kubernetes --check kube-quota")
            try host.kubectl("delete", "quota", "small", "-n", "fail")
        }

        /// What a host cluster of 1.20 can have against a cluster, each told by what has to be done about it.
        @Test func refusalsOfTheHostClusterAreToldApart() throws {
            let host = try HostCluster.required()
            let client = try Client(host, namespace: "refuse")
            defer { client.remove() }
            func expect(_ phrases: String..., location: SourceLocation = #_sourceLocation) throws {
                let result = try client.run("create", "cluster", "--name", "bad", seconds: 60)
                #expect(result.status == 1, "\(result)", sourceLocation: location)
                for phrase in phrases {
                    #expect(result.errors.contains(phrase), "\(phrase): \(result)", sourceLocation: location)
                }
                try client.expectNothingLeft()
            }
            try host.apply(
                """
                {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "tight", "namespace": "refuse"},
                 "spec": {"limits": [{"type": "Container", "max": {"memory": "1Gi"}}]}}
                """)
            try expect(
                "a LimitRange of the namespace refuse refuses the Pod: maximum memory usage per Container is 1Gi",
                "--memory", "kubectl describe limitrange -n refuse")
            try host.kubectl("delete", "limitrange", "tight", "-n", "refuse")

            // One whose Service is not there has to be asked all the same.
            let webhook = "kinkajou-test-refusal"
            defer { _ = try? host.kubectl("delete", "validatingwebhookconfiguration", webhook) }
            try host.kubectl("label", "namespace", "refuse", "kinkajou.test/refuse=yes")
            try host.apply(
                """
                {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
                 "metadata": {"name": "\(webhook)"}, "webhooks": [{"name": "absent.kinkajou.test",
                 "clientConfig": {"service": {"namespace": "refuse", "name": "absent"}}, "sideEffects": "None",
                 "namespaceSelector": {"matchLabels": {"kinkajou.test/refuse": "yes"}}, "timeoutSeconds": 2,
                 "admissionReviewVersions": ["v1"], "failurePolicy": "Fail",
                 "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]}]}
                """)
            try Wait.until("the webhook to be asked", seconds: 30) {
                try Command.run(
                    try client.setup(
                        "kubectl", ["run", "probe", "--image", "none", "--dry-run=server"])
                ).errors.contains("absent.kinkajou.test")
            }
            try expect(
                "the admission webhook absent.kinkajou.test has to be asked, and does not answer",
                "kubectl get validatingwebhookconfigurations")
            try host.kubectl("delete", "validatingwebhookconfiguration", webhook)

            // A namespace goes when what it holds has gone.
            try host.kubectl("create", "configmap", "hold", "-n", "refuse")
            func hold(_ finalizers: String) throws {
                try host.kubectl(
                    "patch", "configmap", "hold", "-n", "refuse", "--type=merge", "-p",
                    #"{"metadata": {"finalizers": \#(finalizers)}}"#)
            }
            try hold(#"["kinkajou.test/hold"]"#)
            defer { try? hold("null") }
            try host.kubectl("delete", "namespace", "refuse", "--wait=false")
            try expect("the namespace refuse is being deleted", "-n")
        }

        @Test func aUserWithoutTheRoleIsToldWhatIsMissing() throws {
            let host = try HostCluster.required()
            var client = try Client(host, namespace: "forbidden")
            defer { client.remove() }
            try host.kubectl("create", "serviceaccount", "-n", "forbidden", "nobody")
            let (file, token) = try client.kubeconfig(of: "nobody")
            client.environment["KUBECONFIG"] = file
            let result = try client.run("create", "cluster", "--name", "bad")
            #expect(result.status == 1)
            #expect(result.errors.contains("this user may not:"), "\(result)")
            #expect(result.errors.contains("create pods"), "\(result)")
            #expect(result.errors.contains("deploy/rbac.yaml"))
            #expect(!result.errors.contains(token))
            client.environment = [:]
            #expect(try client.leftovers() == [])
        }

        /// SIGINT and SIGTERM at several moments. KINKAJOU_TEST_INTERRUPTIONS says at how many.
        @Test func aCreationThatIsInterruptedLeavesNothing() throws {
            let client = try Client(try HostCluster.required(), namespace: "stop")
            defer { client.remove() }
            let count =
                ProcessInfo.processInfo.environment["KINKAJOU_TEST_INTERRUPTIONS"].flatMap { Int($0) } ?? 3
            // Moments by what it has said, so that they are the same on a machine of any speed.
            let moments = [
                "Creating the Pod", "Preparing the Pod", "Loading", "Creating cluster", "Assigned",
                "Reading the environment",
                "Starting dockerd", "✓ Starting dockerd", "✓ Loading", "Ensuring node image",
                "Preparing nodes",
                "Writing configuration", "Starting control-plane", "Installing CNI", "Waiting for the nodes",
            ]
            for (index, moment) in moments.prefix(count).enumerated() {
                let process = try ChildProcess(
                    try client.setup(
                        try BuiltBinary.path("kinkajou"), ["create", "cluster", "--name", "stopped"]))
                defer { process.end() }
                try process.waitForErrors(moment, seconds: 120)
                let signal = index % 2 == 0 ? SIGINT : SIGTERM
                process.signal(signal)
                #expect(try process.wait(seconds: 90) == 128 + signal, "\(moment): \(process.errors)")
                try client.expectNothingLeft()
                #expect(!process.errors.contains("Set kubectl context"))
            }
            let contexts = try client.kubectl("config", "get-contexts", "-o", "name")
            #expect(!contexts.contains("stopped"))
        }
    }
}
