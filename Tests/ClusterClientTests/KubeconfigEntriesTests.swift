import KubernetesAPI
import Testing
import Values

@testable import ClusterClient

@Suite struct KubeconfigEntriesTests {
    private let host = HostReference(kubeconfig: "/home/me/.kube/config", context: "prod", namespace: "ci")
    private static let before = """
        apiVersion: v1
        kind: Config
        current-context: prod
        clusters: [{name: prod, cluster: {server: "https://prod:6443"}}]
        users: [{name: me, user: {token: t}}]
        contexts: [{name: prod, context: {cluster: prod, user: me}}]
        """

    private func endpoint(_ route: ClusterEndpoint.Route) -> ClusterEndpoint {
        ClusterEndpoint(route: route, authority: "Q0E=", certificate: "Q0VSVA==", key: "S0VZ", host: host)
    }

    @Test func aTunnelHasAPluginAndNoSecret() throws {
        var kubeconfig = try Kubeconfig(yaml: Self.before, file: nil)
        let entries = KubeconfigEntries(cluster: "demo", kindCompatible: false)
        entries.add(
            endpoint(.tunnel(port: 20123, TunnelTarget(cluster: "demo", host: host))), to: &kubeconfig)
        #expect(kubeconfig.currentContext == "kinkajou-demo")
        let text = kubeconfig.yaml()
        #expect(text.contains("https://127.0.0.1:20123"))
        #expect(!text.contains("S0VZ"))
        let plugin = try #require(kubeconfig.user("kinkajou-demo"))["exec"]
        #expect(
            plugin["args"].array.compactMap(\.string) == [
                "credential", "--name", "demo", "--namespace", "ci", "--port", "20123", "--host-kubeconfig",
                "/home/me/.kube/config", "--context", "prod",
            ])
        // What was there stays.
        #expect(kubeconfig.user("me")?["token"].string == "t")
    }

    @Test func removingGivesTheHostsContextBack() throws {
        var kubeconfig = try Kubeconfig(yaml: Self.before, file: nil)
        let entries = KubeconfigEntries(cluster: "demo", kindCompatible: true)
        entries.add(
            endpoint(.tunnel(port: 20123, TunnelTarget(cluster: "demo", host: host))), to: &kubeconfig)
        #expect(KubeconfigEntries.host(of: "kind-demo", in: kubeconfig) == host)
        #expect(entries.remove(from: &kubeconfig) == 20123)
        #expect(kubeconfig.currentContext == "prod")
        #expect(kubeconfig.context("kind-demo") == nil)
        #expect(kubeconfig.user("kind-demo") == nil)
    }

    @Test func aStrangersContextOfThatNameStays() throws {
        var kubeconfig = try Kubeconfig(
            yaml: Self.before.replacing("prod", with: "kind-demo"), file: nil)
        KubeconfigEntries(cluster: "demo", kindCompatible: true).remove(from: &kubeconfig)
        #expect(kubeconfig.context("kind-demo") != nil)
    }

    @Test func aDirectRouteHasTheCertificate() throws {
        let text = KubeconfigEntries(cluster: "demo", kindCompatible: false)
            .document(endpoint(.direct("https://kinkajou-demo.ci.svc")))
        let document = try JSONValue(yaml: text)
        #expect(document["users"][0]["user"]["client-key-data"].string == "S0VZ")
        #expect(document["clusters"][0]["cluster"]["server"].string == "https://kinkajou-demo.ci.svc")
        #expect(document["current-context"].string == "kinkajou-demo")
    }

    @Test func aClusterInDockerIsNoHost() throws {
        var kubeconfig = try Kubeconfig(yaml: Self.before, file: nil)
        let endpoint = ClusterEndpoint(
            route: .direct("https://127.0.0.1:5"), authority: "", certificate: "", key: "", host: nil)
        KubeconfigEntries(cluster: "demo", kindCompatible: false).add(endpoint, to: &kubeconfig)
        #expect(KubeconfigEntries.host(of: "kinkajou-demo", in: kubeconfig) == nil)
        #expect(KubeconfigEntries.isInDocker("kinkajou-demo", in: kubeconfig))
        #expect(!KubeconfigEntries.isInDocker("prod", in: kubeconfig))
    }
}
