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

    /// What `containerd config default` of containerd 2 writes: version 3, with single quotes, and options for every
    /// runtime. In tables of version 2 our settings would be passed over.
    @Test func version3HasTablesOfItsOwn() {
        let text = """
            version = 3
            root = '/var/lib/containerd'
            imports = ['/etc/containerd/conf.d/*.toml']

            [plugins.'io.containerd.cri.v1.images'.registry]
              config_path = '/etc/containerd/certs.d'
            [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
              runtime_type = 'io.containerd.runc.v2'
              [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
                BinaryName = ''
                SystemdCgroup = true
            """
        let adapted = ContainerdAdaptation.adapted(text, root: "/store", runtime: "/run/wrapper")
        #expect(
            adapted == """
                root = "/store"
                version = 3
                imports = ['/etc/containerd/conf.d/*.toml']

                [plugins.'io.containerd.cri.v1.images'.registry]
                  config_path = '/etc/containerd/certs.d'
                [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
                  runtime_type = 'io.containerd.runc.v2'
                  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
                  BinaryName = "/run/wrapper"
                  SystemdCgroup = false

                """)
    }

    @Test(arguments: [
        ("version = 3", "io.containerd.cri.v1.runtime"),
        ("version=3 # containerd 2", "io.containerd.cri.v1.runtime"),
        ("version = 2", "io.containerd.grpc.v1.cri"), ("", "io.containerd.grpc.v1.cri"),
        ("[a]\nversion = 3", "io.containerd.grpc.v1.cri"),
    ])
    func missingOptionsAreAddedInTheFormatOfTheFile(text: String, plugin: String) {
        let adapted = ContainerdAdaptation.adapted(text, root: "/store", runtime: "/run/wrapper")
        #expect(
            adapted.hasSuffix(
                "[plugins.\"\(plugin)\".containerd.runtimes.runc.options]\n  BinaryName = \"/run/wrapper\"\n")
        )
    }

    /// Only the options of runtimes of the CRI are ours; kind's images have other runtimes too.
    @Test func everyRuntimeIsWrapped() {
        let text = """
            version = 3
            [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
              SystemdCgroup = true
            [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.test-handler.options]
              SystemdCgroup = true
            [other.options]
              BinaryName = "theirs"
            """
        let adapted = ContainerdAdaptation.adapted(text, root: "/s", runtime: "/run/wrapper")
        #expect(adapted.split(separator: "\n").count { $0.contains("BinaryName = \"/run/wrapper\"") } == 2)
        #expect(adapted.contains("BinaryName = \"theirs\""))
        #expect(!adapted.contains("SystemdCgroup = true"))
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
