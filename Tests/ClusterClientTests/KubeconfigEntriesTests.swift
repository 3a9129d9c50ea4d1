import Formats
import KubernetesAPI
import Testing
import Values

@testable import ClusterClient

@Suite struct KubeconfigEntriesTests {
    private static let before = """
        apiVersion: v1
        kind: Config
        current-context: prod
        clusters: [{name: prod, cluster: {server: "https://prod:6443"}}]
        users: [{name: me, user: {token: t}}]
        contexts: [{name: prod, context: {cluster: prod, user: me}}]
        """
    private let identity = ClusterIdentity(
        name: "demo", uid: "u",
        location: .host(
            HostReference(
                kubeconfig: "/home/me/.kube/config", context: "prod", server: "https://prod:6443",
                namespace: "ci")))

    private func layers(_ yaml: String = before) throws -> KubeconfigLayers {
        KubeconfigLayers([("/f", try Kubeconfig(yaml: yaml, file: "/f"))], target: "/f")
    }

    private func endpoint(_ route: ClusterEndpoint.Route) -> ClusterEndpoint {
        ClusterEndpoint(
            route: route, authority: "Q0E=", certificate: "Q0VSVA==", key: "S0VZ", identity: identity)
    }

    private var tunnel: ClusterEndpoint.Route {
        .tunnel(
            port: 20123,
            TunnelTarget(
                cluster: "demo", uid: "u", kubeconfig: "/home/me/.kube/config", context: "prod",
                namespace: "ci"))
    }

    @Test func aTunnelHasAPluginAndNoSecret() throws {
        var kubeconfig = try layers()
        KubeconfigEntries(context: "kinkajou-demo").add(endpoint(tunnel), to: &kubeconfig)
        #expect(kubeconfig.currentContext == "kinkajou-demo")
        let text = try #require(kubeconfig.config(of: "/f")).yaml()
        #expect(text.contains("https://127.0.0.1:20123"))
        #expect(!text.contains("S0VZ"))
        let plugin = try #require(kubeconfig.user("kinkajou-demo"))["exec"]
        #expect(
            plugin["args"].array.compactMap(\.string) == [
                "credential", "--name", "demo", "--namespace", "ci", "--uid", "u", "--host-kubeconfig",
                "/home/me/.kube/config", "--context", "prod", "--port", "20123",
            ])
        // What was there stays.
        #expect(kubeconfig.user("me")?["token"].string == "t")
    }

    @Test func removingGivesTheHostsContextBack() throws {
        var kubeconfig = try layers()
        KubeconfigEntries(context: "kind-demo").add(endpoint(tunnel), to: &kubeconfig)
        #expect(KubeconfigEntries.identity(of: "kind-demo", in: kubeconfig) == identity)
        #expect(KubeconfigEntries.remove(identity, from: &kubeconfig) == [20123])
        #expect(kubeconfig.currentContext == "prod")
        #expect(kubeconfig.context("kind-demo") == nil)
        #expect(kubeconfig.user("kind-demo") == nil)
        #expect(kubeconfig.contextNames == ["prod"])
    }

    @Test func aDirectRouteHasTheCertificate() throws {
        let text = KubeconfigEntries(context: "kinkajou-demo")
            .document(endpoint(.direct("https://kinkajou-demo.ci.svc")))
        let document = try JSONValue(yaml: text)
        #expect(document["users"][0]["user"]["client-key-data"].string == "S0VZ")
        #expect(document["clusters"][0]["cluster"]["server"].string == "https://kinkajou-demo.ci.svc")
        #expect(document["current-context"].string == "kinkajou-demo")
    }
}
