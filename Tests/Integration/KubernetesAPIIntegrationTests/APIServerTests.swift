import Foundation
import KubernetesAPI
import KubernetesTestSupport
import TestSupport
import Testing
import Values

/// Requests to a real API server (no Docker, no root).
@Suite(.needs(.controlPlane), .serialized, WithControlPlane())
struct APIServerTests {
    private let controlPlane: ControlPlane
    private let port: Int

    init() throws {
        controlPlane = try #require(ControlPlane.current)
        port = try #require(WithControlPlane.server).port
    }

    private func withAdmin<Result>(_ body: (KubernetesClient) async throws -> Result) async throws -> Result {
        try await controlPlane.withClient(controlPlane.configuration(port: port), body)
    }

    private func makeNamespace(_ client: KubernetesClient, _ name: String) async throws {
        _ = try await client.create(.namespaces, ["metadata": ["name": .string(name)]])
    }

    private func configMap(_ name: String, _ value: String = "x", labels: JSONValue = [:]) -> JSONValue {
        ["metadata": ["name": .string(name), "labels": labels], "data": ["key": .string(value)]]
    }

    @Test func objectsAreMadeReadChangedAndDeleted() async throws {
        try await withAdmin { client in
            let version = try await client.version()
            #expect(version.major == 1 && version.minor >= 20)
            try await makeNamespace(client, "crud")

            let dry = try await client.create(.configMaps, configMap("a"), namespace: "crud", dryRun: true)
            #expect(dry["metadata"]["name"] == "a")
            await #expect(
                performing: { try await client.get(.configMaps, "a", namespace: "crud") }, throws: isNotFound)

            let made = try await client.create(.configMaps, configMap("a"), namespace: "crud")
            #expect(made["metadata"]["uid"].string != nil)
            await #expect(
                performing: { try await client.create(.configMaps, configMap("a"), namespace: "crud") },
                throws: { ($0 as? KubernetesError)?.isAlreadyExists == true })

            var changed = try await client.get(.configMaps, "a", namespace: "crud")
            #expect(changed == made)
            changed["data"]["key"] = "y"
            let replaced = try await client.replace(.configMaps, changed)
            #expect(replaced["data"]["key"] == "y")
            // Written again on the old state.
            await #expect(
                performing: { try await client.replace(.configMaps, changed) },
                throws: { ($0 as? KubernetesError)?.isConflict == true })

            let merged = try await client.patch(
                .configMaps, "a", namespace: "crud", ["data": ["key": nil, "other": "z"]], type: .merge)
            #expect(merged["data"] == ["other": "z"])
            let strategic = try await client.patch(
                .configMaps, "a", namespace: "crud", ["metadata": ["labels": ["l": "1"]]], type: .strategic)
            #expect(strategic["metadata"]["labels"] == ["l": "1"])
            let operated = try await client.patch(
                .configMaps, "a", namespace: "crud",
                [["op": "replace", "path": "/data/other", "value": "w"]],
                type: .json)
            #expect(operated["data"]["other"] == "w")
            let applied = try await client.patch(
                .configMaps, "b", namespace: "crud", configMap("b"),
                type: .apply(fieldManager: "kinkajou", force: false))
            #expect(applied["metadata"]["managedFields"][0]["manager"] == "kinkajou")
            await #expect(
                performing: {
                    try await client.patch(
                        .configMaps, "b", namespace: "crud", configMap("b", "mine"),
                        type: .apply(fieldManager: "another", force: false))
                }, throws: { ($0 as? KubernetesError)?.isConflict == true })

            await #expect(
                performing: { try await client.delete(.configMaps, "a", namespace: "crud", uid: "other") },
                throws: { ($0 as? KubernetesError)?.isConflict == true })
            let uid = made["metadata"]["uid"].string
            #expect(try await client.delete(.configMaps, "a", namespace: "crud", uid: uid))
            #expect(try await !client.delete(.configMaps, "a", namespace: "crud", uid: uid))
        }
    }

    private let isNotFound: @Sendable (any Error) -> Bool = { ($0 as? KubernetesError)?.isNotFound == true }

    @Test func listsOfManyObjectsAndSelectors() async throws {
        try await withAdmin { client in
            try await makeNamespace(client, "many")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        for index in stride(from: number, to: 1050, by: 8) {
                            _ = try await client.create(
                                .configMaps,
                                configMap("c\(index)", labels: ["even": index % 2 == 0 ? "yes" : "no"]),
                                namespace: "many")
                        }
                    }
                }
                try await group.waitForAll()
            }
            // Pages have 500 each.
            let all = try await client.list(.configMaps, namespace: "many")
            #expect(
                Set(all.items.compactMap { $0["metadata"]["name"].string }).isSuperset(
                    of: (0..<1050).map { "c\($0)" }))
            #expect(all.items.allSatisfy { $0["kind"] == "ConfigMap" && $0["apiVersion"] == "v1" })
            #expect(all.resourceVersion != "")
            #expect(
                try await client.list(.configMaps, namespace: "many", labels: "even=yes").items.count == 525)
            #expect(
                try await client.list(.configMaps, namespace: "many", fields: "metadata.name=c7").items.count
                    == 1)
            #expect(try await client.list(.configMaps).items.count >= 1050)
            try await client.deleteCollection(.configMaps, namespace: "many", labels: "even=no")
            #expect(try await client.list(.configMaps, namespace: "many", labels: "even").items.count == 525)
        }
    }

    @Test func whoMayNotIsToldWhatIsMissing() async throws {
        try await withAdmin { client in
            try await makeNamespace(client, "team")
            _ = try await client.create(
                .roles,
                [
                    "metadata": ["name": "reader"],
                    "rules": [
                        ["apiGroups": [""], "resources": ["pods", "configmaps"], "verbs": ["get", "list"]]
                    ],
                ], namespace: "team")
            _ = try await client.create(
                .roleBindings,
                [
                    "metadata": ["name": "readers"],
                    "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"],
                    "subjects": [["apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "jane"]],
                ], namespace: "team")
        }
        let jane = controlPlane.configuration(
            port: port, credential: Credential(authorization: .token(Secret("jane-token"))))
        try await controlPlane.withClient(jane) { client in
            // The authorizer sees a new binding a moment later.
            try await waitUntil("the role binding") {
                try await client.accessReview(verb: "list", resource: .pods, namespace: "team").isAllowed
            }
            _ = try await client.list(.pods, namespace: "team")
            let error = await #expect(throws: KubernetesError.self) {
                try await client.create(.secrets, ["metadata": ["name": "s"]], namespace: "team")
            }
            #expect(error?.forbiddenAction?.user == "jane")
            #expect(error?.forbiddenAction?.verb == "create")
            #expect(error?.forbiddenAction?.resource == "secrets")
            #expect(error?.forbiddenAction?.namespace == "team")
            let wide = await #expect(throws: KubernetesError.self) { try await client.list(.deployments) }
            #expect(wide?.forbiddenAction?.group == "apps")
            #expect(wide?.forbiddenAction?.namespace == nil)
            let stream = await #expect(throws: KubernetesError.self) {
                try await client.exec(pod: "p", namespace: "team", command: ["true"])
            }
            // Over WebSocket it is a GET; newer servers ask for "create" all the same.
            #expect(stream?.forbiddenAction?.resource == "pods/exec")
            let review = try await client.accessReview(
                verb: "create", resource: .pods, subresource: "exec", namespace: "team", name: "p")
            #expect(!review.isAllowed)
        }
        // The administrator in jane's place.
        var impersonating = controlPlane.configuration(port: port)
        impersonating.impersonation = Impersonation(user: "jane")
        try await controlPlane.withClient(impersonating) { client in
            _ = try await client.list(.pods, namespace: "team")
            let error = await #expect(throws: KubernetesError.self) { try await client.list(.nodes) }
            #expect(error?.forbiddenAction?.user == "jane")
        }
    }

    @Test func whoIsNotKnownIsToldSo() async throws {
        let stranger = controlPlane.configuration(
            port: port, credential: Credential(authorization: .token(Secret("S3CRET"))))
        try await controlPlane.withClient(stranger) { client in
            let error = await #expect(throws: KubernetesError.self) { try await client.list(.pods) }
            #expect(error?.isUnauthorized == true)
            #expect(error?.description.contains("S3CRET") == false)
            let stream = await #expect(throws: KubernetesError.self) {
                try await client.portForward(pod: "p", port: 80)
            }
            #expect(stream?.isUnauthorized == true)
        }
    }

    @Test func clientCertificates() async throws {
        let client = try TestCertificate(
            "root", .client(groups: ["system:masters"]), issuer: controlPlane.authority)
        func configuration(_ certificate: TestCertificate) -> ClientConfiguration {
            controlPlane.configuration(
                port: port,
                credential: Credential(
                    clientCertificate: .init(
                        chain: .data(Secret(Array(certificate.certificate.utf8))),
                        key: .data(Secret(Array(certificate.key.utf8))))))
        }
        try await controlPlane.withClient(configuration(client)) { client in
            let namespaces = try await client.list(.namespaces)
            #expect(namespaces.items.count >= 3)
            // The same over WebSocket: it is known, and there is no such Pod.
            let error = await #expect(throws: KubernetesError.self) {
                try await client.exec(pod: "nothing", command: ["true"])
            }
            #expect(error?.isNotFound == true)
        }
        let foreign = try TestCertificate(
            "root", .client(groups: ["system:masters"]), issuer: try TestCertificate("x", .authority))
        try await controlPlane.withClient(configuration(foreign)) { client in
            let error = await #expect(throws: KubernetesError.self) { try await client.list(.namespaces) }
            #expect(error?.isUnauthorized == true)
        }
    }

    @Test func anAuthorityThatHasNotSignedIt() async throws {
        let other = try TestCertificate("other", .authority)
        let configuration = controlPlane.configuration(
            port: port, trust: .authorities(Array(other.certificate.utf8)))
        try await controlPlane.withClient(configuration) { client in
            let error = await #expect(throws: KubernetesError.self) { try await client.version() }
            #expect(
                error?.description.contains(
                    "not signed by an authority that is trusted here (issuer: CN=test authority)") == true)
            let stream = await #expect(throws: KubernetesError.self) {
                try await client.exec(pod: "p", command: ["true"])
            }
            #expect(stream?.description.contains("not signed by an authority that is trusted here") == true)
        }
        var named = controlPlane.configuration(port: port)
        named.tlsServerName = "kubernetes.default"
        try await controlPlane.withClient(named) { client in
            _ = try await client.version()
            let error = await #expect(throws: KubernetesError.self) {
                try await client.exec(pod: "nothing", command: ["true"])
            }
            #expect(error?.isNotFound == true)
        }
    }

    @Test func quotaAndAdmission() async throws {
        try await withAdmin { client in
            try await makeNamespace(client, "small")
            _ = try await client.create(
                .resourceQuotas,
                ["metadata": ["name": "compute"], "spec": ["hard": ["pods": "0"]]], namespace: "small")
            // There is no controller manager here that fills this in.
            _ = try await client.patch(
                .resourceQuotas, "compute", namespace: "small",
                ["status": ["hard": ["pods": "0"], "used": ["pods": "0"]]], type: .merge,
                subresource: "status")
            let pod: JSONValue = [
                "metadata": ["name": "p"], "spec": ["containers": [["name": "c", "image": "i"]]],
            ]
            try await waitUntil("the quota's admission") {
                do {
                    _ = try await client.create(.pods, pod, namespace: "small", dryRun: true)
                    return false
                } catch let error as KubernetesError where error.isQuotaExceeded {
                    return true
                }
            }
            try await makeNamespace(client, "limited")
            _ = try await client.create(
                .limitRanges,
                [
                    "metadata": ["name": "l"],
                    "spec": ["limits": [["type": "Container", "max": ["cpu": "1"]]]],
                ], namespace: "limited")
            var large = pod
            large["spec"] = [
                "containers": [["name": "c", "image": "i", "resources": ["limits": ["cpu": "2"]]]]
            ]
            let error = await #expect(throws: KubernetesError.self) {
                try await client.create(.pods, large, namespace: "limited")
            }
            #expect(error?.isAdmissionRefusal == true)
            #expect(error?.isQuotaExceeded == false)
            let invalid = await #expect(throws: KubernetesError.self) {
                try await client.create(.pods, ["metadata": ["name": "p"]], namespace: "limited")
            }
            #expect(invalid?.isInvalid == true)
            #expect(invalid?.status?.causes.contains { $0.field == "spec.containers" } == true)
        }
    }

    /// From the file to the answer, as kubectl's users have it.
    @Test func aKubeconfigWithAPlugin() async throws {
        try await withTemporaryDirectory { folder in
            try writeFile(
                folder + "/login.sh",
                """
                #!/bin/sh
                echo run >> \(folder)/runs
                echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$(cat \(folder)/token)'"}}'
                """, mode: 0o700)
            try writeFile(folder + "/token", "not-yet")
            try writeFile(folder + "/ca.crt", controlPlane.authority.certificate)
            try writeFile(
                folder + "/config",
                """
                apiVersion: v1
                kind: Config
                current-context: test
                clusters:
                - {name: test, cluster: {server: "https://localhost:\(port)", certificate-authority: ca.crt}}
                contexts:
                - {name: test, context: {cluster: test, user: test, namespace: kube-system}}
                users:
                - name: test
                  user:
                    exec:
                      apiVersion: client.authentication.k8s.io/v1
                      command: ./login.sh
                      interactiveMode: Never
                """)
            let configuration = try ClientConfiguration.resolve(
                kubeconfig: nil, context: nil, environment: ["KUBECONFIG": folder + "/config"])
            #expect(configuration.namespace == "kube-system")
            try await controlPlane.withClient(configuration) { client in
                let error = await #expect(throws: KubernetesError.self) { try await client.list(.pods) }
                #expect(error?.isUnauthorized == true)
                try writeFile(folder + "/token", "admin-token")
                _ = try await client.list(.pods, namespace: "default")
                _ = try await client.list(.pods, namespace: "default")
            }
            // Twice for the request that failed, and once more when the last answer was refused.
            #expect(try String(contentsOfFile: folder + "/runs", encoding: .utf8) == "run\nrun\nrun\n")
        }
    }
}
