import Testing

@testable import ClusterSpec

@Suite struct KubernetesVersionTests {
    @Test(
        arguments: [
            ("v1.31.2", KubernetesVersion(1, 31, 2)), ("1.20", KubernetesVersion(1, 20)),
            ("v1.32.0-alpha.1+ab", KubernetesVersion(1, 32)),
            (" v1.20.2\n", KubernetesVersion(1, 20, 2)), ("v1.36.0-kinkajou1", KubernetesVersion(1, 36)),
            ("latest", nil), ("1", nil), ("", nil),
            ("1.2.3.4", nil), ("v1..2", nil), ("1.31x", nil), ("99999999999999999999.1", nil), ("v1.+2", nil),
        ] as [(String, KubernetesVersion?)])
    func texts(text: String, version: KubernetesVersion?) {
        #expect(KubernetesVersion(text) == version)
    }

    @Test(
        arguments: [
            ("kindest/node:v1.31.2", KubernetesVersion(1, 31, 2)),
            ("kindest/node:v1.31.2@sha256:0123", KubernetesVersion(1, 31, 2)),
            ("localhost:5000/a/node:v1.20.2_abc", KubernetesVersion(1, 20, 2)), ("localhost:5000/node", nil),
            ("node", nil), ("node:latest", nil),
            ("", nil), ("@", nil), (":", nil),
        ] as [(String, KubernetesVersion?)])
    func images(image: String, version: KubernetesVersion?) {
        #expect(KubernetesVersion(image: image) == version)
    }

    @Test func order() {
        #expect(KubernetesVersion(1, 9, 9) < KubernetesVersion(1, 10))
        #expect(KubernetesVersion(1, 22, 17) < KubernetesVersion(1, 23))
    }
}
