import KubernetesAPI
import Testing
import Values

@testable import ClusterClient

/// Nothing that belongs to another cluster, or to somebody else, is overwritten or removed.
@Suite struct ContextOwnershipTests {
    private func identity(
        namespace: String = "ci", server: String = "https://prod:6443", context: String? = "prod",
        uid: String? = "u"
    ) -> ClusterIdentity {
        ClusterIdentity(
            name: "demo", uid: uid,
            location: .host(
                HostReference(
                    kubeconfig: "/me/config", context: context, server: server, namespace: namespace)))
    }

    private let inDocker = ClusterIdentity(name: "demo", uid: "d", location: .docker(engine: "e"))

    private func layers(_ yaml: String = "") throws -> KubeconfigLayers {
        KubeconfigLayers([("/f", try Kubeconfig(yaml: yaml, file: "/f"))], target: "/f")
    }

    private func add(_ identity: ClusterIdentity, to layers: inout KubeconfigLayers) -> String {
        let name = ContextOwnership(of: identity, in: layers).choice(kindCompatible: false).name
        KubeconfigEntries(context: name).add(
            ClusterEndpoint(
                route: .direct("https://1.2.3.4"), authority: "", certificate: "", key: "",
                identity: identity), to: &layers)
        return name
    }

    @Test func clustersOfOneNameAtSeveralPlacesGetContextsOfTheirOwn() throws {
        var layers = try layers()
        #expect(add(identity(), to: &layers) == "kinkajou-demo")
        #expect(add(identity(namespace: "qa", uid: "v"), to: &layers) == "kinkajou-demo@qa")
        #expect(
            add(identity(server: "https://stage", context: "stage", uid: "w"), to: &layers)
                == "kinkajou-demo@ci")
        #expect(
            add(identity(server: "https://test", context: "test", uid: "x"), to: &layers)
                == "kinkajou-demo@ci@test")
        #expect(
            add(identity(server: "https://third", context: "test", uid: "y"), to: &layers)
                == "kinkajou-demo@ci-2")
        #expect(add(inDocker, to: &layers) == "kinkajou-demo@docker")
        #expect(layers.contextNames.count == 6)
        let choice = ContextOwnership(of: identity(namespace: "new", uid: "n"), in: layers)
            .choice(kindCompatible: false)
        #expect(choice.explanation?.contains("namespace \"ci\"") == true)
    }

    @Test func aLaterClusterOfTheNameAtThePlaceHasTheContextOfTheEarlier() throws {
        var layers = try layers()
        _ = add(identity(), to: &layers)
        // Whatever way leads to the place.
        #expect(add(identity(context: "other-name", uid: "new"), to: &layers) == "kinkajou-demo")
        #expect(layers.contextNames == ["kinkajou-demo"])
        #expect(layers.context("kinkajou-demo").flatMap(ClusterIdentity.init(entry:))?.uid == "new")
    }

    @Test func whatSomebodyElseHasMadeStays() throws {
        for section in [
            "contexts: [{name: kinkajou-demo, context: {cluster: c}}]",
            "clusters: [{name: kinkajou-demo, cluster: {server: s}}]",
            "users: [{name: kinkajou-demo, user: {token: t}}]",
        ] {
            var layers = try layers(section)
            #expect(add(identity(), to: &layers) == "kinkajou-demo@ci")
            KubeconfigEntries.remove(identity(), from: &layers)
            let left = [
                layers.context("kinkajou-demo"), layers.cluster("kinkajou-demo"),
                layers.user("kinkajou-demo"),
            ]
            #expect(left.compactMap { $0 }.count == 1)
            #expect(layers.context("kinkajou-demo@ci") == nil)
        }
    }

    @Test func onlyTheContextsOfTheClusterAreRemoved() throws {
        var layers = try layers()
        _ = add(identity(), to: &layers)
        _ = add(identity(namespace: "qa", uid: "v"), to: &layers)
        _ = add(inDocker, to: &layers)
        // One that was not there, as far as its provider knows: its UID is not known.
        KubeconfigEntries.remove(identity(uid: nil), from: &layers)
        #expect(layers.contextNames == ["kinkajou-demo@qa", "kinkajou-demo@docker"])
        KubeconfigEntries.remove(
            ClusterIdentity(name: "demo", uid: nil, location: .docker(engine: "another")), from: &layers)
        #expect(layers.contextNames == ["kinkajou-demo@qa", "kinkajou-demo@docker"])
        KubeconfigEntries.remove(inDocker, from: &layers)
        #expect(layers.contextNames == ["kinkajou-demo@qa"])
        #expect(layers.user("kinkajou-demo@docker") == nil)
    }

    @Test func aContextOfAnotherNameIsRemovedTooWhereItIsTheClusters() throws {
        var layers = try layers()
        KubeconfigEntries(context: "kind-demo").add(
            ClusterEndpoint(
                route: .tunnel(
                    port: 20123,
                    TunnelTarget(
                        cluster: "demo", uid: "u", kubeconfig: nil, context: "prod", namespace: "ci")),
                authority: "", certificate: "", key: "", identity: identity()), to: &layers)
        _ = add(identity(), to: &layers)
        #expect(KubeconfigEntries.remove(identity(), from: &layers) == [20123])
        #expect(layers.contextNames.isEmpty)
    }
}
