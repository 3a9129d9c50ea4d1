import ClusterSpec
import Testing

@testable import ClusterClient

/// What a provider says of itself decides what is refused, before anything is made.
@Suite struct ProviderCapabilitiesTests {
    private func everything() -> ClusterSpec {
        var spec = ClusterSpec()
        spec.placement.nodeSelector = ["a": "b"]
        spec.placement.tolerations = [Toleration("*")].compactMap(\.self)
        spec.placement.runtimeClass = "kata"
        spec.placement.serviceAccount = "builder"
        spec.placement.imagePullSecrets = ["registry"]
        spec.access = .nodePort
        return spec
    }

    @Test func dockerNamesEachOptionThatIsForPods() {
        #expect(
            DockerProvider().capabilities.refused(in: everything(), owner: .pod("x")) == [
                "--node-selector", "--toleration", "--runtime-class", "--service-account",
                "--image-pull-secret", "--owner", "--access",
            ])
        #expect(DockerProvider().capabilities.refused(in: ClusterSpec(), owner: .own) == [])
        #expect(DockerProvider().capabilities.refused(in: ClusterSpec(), owner: .none) == [])
    }

    @Test func aHostClusterRefusesNothing() {
        let capabilities = ProviderCapabilities(
            hasPlacement: true, hasOwners: true, accesses: Set(ClusterSpec.Access.allCases),
            usualAccess: .service)
        #expect(capabilities.refused(in: everything(), owner: .pod("x")) == [])
    }
}
