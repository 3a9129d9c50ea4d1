import Foundation
import KubernetesAPI
import KubernetesTestSupport
import Testing
import Values

@testable import ClusterClient

/// A host cluster that is configured is the one that is meant; Docker is chosen by itself only where none is.
@Suite struct HostSelectionTests {
    private static let prod =
        "current-context: prod\ncontexts: [{name: prod, context: {cluster: prod, user: me}}]\n"

    private func facts(_ yaml: String, isInHostCluster: Bool = false) throws -> HostSelection.Facts {
        HostSelection.Facts(
            files: "/me/config", kubeconfig: try Kubeconfig(yaml: yaml, file: nil),
            isInHostCluster: isInHostCluster)
    }

    private func decide(
        _ yaml: String, provider: HostSelection.Provider? = nil, context: String? = nil,
        namespace: String? = nil, isInHostCluster: Bool = false
    ) throws -> HostSelection.Place {
        try HostSelection(provider: provider, context: context, namespace: namespace)
            .decide(facts(yaml, isInHostCluster: isInHostCluster))
    }

    /// A kubeconfig with the context of one of our clusters.
    private func own(_ location: ClusterLocation, current: Bool = true) -> String {
        let identity = ClusterIdentity(name: "demo", uid: "u", location: location)
        let endpoint = ClusterEndpoint(
            route: .direct("https://1.2.3.4"), authority: "", certificate: "", key: "", identity: identity)
        let text = KubeconfigEntries(context: "kinkajou-demo").document(endpoint)
        return current
            ? text : text.replacing("current-context: kinkajou-demo", with: "current-context: \"\"")
    }

    private func host(context: String?) -> ClusterLocation {
        .host(
            HostReference(
                kubeconfig: context.map { _ in "/me/host" }, context: context, server: "https://h",
                namespace: "ci"))
    }

    @Test func aConfiguredHostClusterIsMeant() throws {
        let expected = HostSelection.Place.hostCluster(files: "/me/config", context: "prod", namespace: nil)
        #expect(try decide(Self.prod) == expected)
        #expect(try decide(Self.prod, isInHostCluster: true) == expected)
        #expect(try decide(Self.prod, provider: .docker) == .docker(byDefault: false))
    }

    @Test func dockerIsTheDefaultOnlyWhereNothingIsConfigured() throws {
        #expect(try decide("") == .docker(byDefault: true))
        #expect(try decide("", isInHostCluster: true) == .ownHostCluster(namespace: nil))
        #expect(throws: KubeconfigError.self) { try decide("", provider: .kubernetes) }
        #expect(throws: KubeconfigError.self) { try decide("", namespace: "ci") }
        // Contexts of which none is chosen are no reason to look elsewhere.
        #expect(throws: KubeconfigError.self) {
            try decide(Self.prod.replacing("current-context: prod", with: ""))
        }
    }

    @Test func ourOwnContextStandsForItsHost() throws {
        #expect(
            try decide(own(host(context: "prod")))
                == .hostCluster(files: "/me/host", context: "prod", namespace: "ci"))
        #expect(
            try decide(own(host(context: "prod")), namespace: "other")
                == .hostCluster(files: "/me/host", context: "prod", namespace: "other"))
        #expect(try decide(own(host(context: nil))) == .ownHostCluster(namespace: "ci"))
        #expect(try decide(own(.docker(engine: "e"))) == .docker(byDefault: false))
        // A cluster in Docker may be a host cluster, where that is said.
        #expect(
            try decide(own(.docker(engine: "e")), context: "kinkajou-demo")
                == .hostCluster(files: "/me/config", context: "kinkajou-demo", namespace: nil))
    }

    @Test func ourOwnClustersInDockerAreNoHostClustersThatAreConfigured() throws {
        #expect(try decide(own(.docker(engine: "e"), current: false)) == .docker(byDefault: true))
        #expect(
            try decide(own(host(context: nil), current: false), isInHostCluster: true)
                == .ownHostCluster(namespace: nil))
    }

    @Test func aContextThatIsItsOwnHostIsRefused() throws {
        let host = HostReference(
            kubeconfig: "/me/config", context: "kinkajou-demo", server: "https://h", namespace: "ci")
        #expect(throws: KinkajouError.self) { try decide(own(.host(host))) }
    }

    // MARK: - What is read

    @Test func aNamedFileHasToBeThereUnlessItIsWritten() async throws {
        try await withTemporaryDirectory { folder in
            func read(_ named: String, mayBeMissing: Bool = false) throws -> HostSelection.Facts {
                try HostSelection.Facts.read(
                    named: named, mayBeMissing: mayBeMissing, environment: ["HOME": folder])
            }
            try FileManager.default.createDirectory(
                atPath: folder + "/.kube", withIntermediateDirectories: true)
            try writeFile(folder + "/.kube/config", Self.prod)
            try writeFile(folder + "/empty", "kind: Config\n")
            try writeFile(folder + "/broken", "a: [")
            #expect(throws: KubeconfigError.missing(file: folder + "/no")) { try read(folder + "/no") }
            #expect(throws: KubeconfigError.self) { try read(folder + "/broken") }
            #expect(throws: KubeconfigError.self) { try read(folder) }
            #expect(try read(folder + "/no", mayBeMissing: true).kubeconfig.currentContext == "prod")
            // Nothing in it leads anywhere: a file that contexts are written to.
            #expect(try read(folder + "/empty").files == folder + "/.kube/config")
            try writeFile(folder + "/other", Self.prod.replacing("prod", with: "other"))
            #expect(try read(folder + "/other").kubeconfig.currentContext == "other")
        }
    }
}
