import Testing

@testable import EngineHost

@Suite struct ContainerdAdaptationTests {
    private let table = #"[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]"#

    @Test func theRuntimeAndTheRootAreOurs() {
        let text = """
            version = 2
            root = "/elsewhere"
            \(table)
              # Said before.
              BinaryName = "/usr/sbin/runc"
              SystemdCgroup = true
            """
        let adapted = ContainerdAdaptation.adapted(text, root: "/store", runtime: "/run/wrapper")
        #expect(
            adapted == """
                root = "/store"
                version = 2
                \(table)
                  BinaryName = "/run/wrapper"
                  # Said before.
                  SystemdCgroup = false

                """)
    }

    /// kind's older images have no options for the runtime.
    @Test func missingOptionsAreAdded() {
        let adapted = ContainerdAdaptation.adapted("version = 2", root: "/store", runtime: "/run/wrapper")
        #expect(adapted.hasSuffix("\(table)\n  BinaryName = \"/run/wrapper\"\n"))
    }

    @Test func withoutAWrapperTheImagesRuntimeStays() {
        let text = "\(table)\n  BinaryName = \"/usr/sbin/runc\""
        #expect(
            ContainerdAdaptation.adapted(text, root: "/s", runtime: nil).contains(
                "BinaryName = \"/usr/sbin/runc\""))
    }

    @Test func onlyShimsOfTheSocketAreOurs() {
        let own = [
            "/usr/bin/containerd-shim-runc-v2", "-namespace", "k8s.io", "-id", "a", "-address", "/run/a.sock",
        ]
        #expect(Shims.isShim(own, of: "/run/a.sock"))
        #expect(!Shims.isShim(own, of: "/run/b.sock"))
        #expect(!Shims.isShim(["containerd", "-address", "/run/a.sock"], of: "/run/a.sock"))
    }
}
