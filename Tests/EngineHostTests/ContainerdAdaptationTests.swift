import Formats
import Testing
import Values

@testable import EngineHost

@Suite struct ContainerdAdaptationTests {
    private static let plugins = [2: "io.containerd.grpc.v1.cri", 3: "io.containerd.cri.v1.runtime"]

    private func adapted(
        _ text: String, changes: ContainerdChanges = ContainerdChanges(), runtime: String? = "/run/wrapper"
    ) throws -> JSONValue {
        try JSONValue(
            toml: try ContainerdAdaptation.adapted(text, changes: changes, root: "/store", runtime: runtime))
    }

    private func options(_ value: JSONValue, _ format: Int, runtime: String = "runc") -> JSONValue {
        value["plugins"][Self.plugins[format] ?? ""]["containerd"]["runtimes"][runtime]["options"]
    }

    @Test func theRuntimeAndTheRootAreOurs() throws {
        let value = try adapted(
            """
            version = 2
            root = "/elsewhere"
            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
              # Said before.
              BinaryName = "/usr/sbin/runc"
              SystemdCgroup = true
              ShimCgroup = "x"
            """)
        #expect(value["root"] == "/store")
        #expect(value["version"] == 2)
        #expect(
            options(value, 2) == ["BinaryName": "/run/wrapper", "SystemdCgroup": false, "ShimCgroup": "x"])
    }

    /// What `containerd config default` of containerd 2 writes: version 3, with single quotes, and options for every
    /// runtime. In tables of version 2 our settings would be passed over.
    @Test func version3HasTablesOfItsOwn() throws {
        let value = try adapted(
            """
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
            """)
        #expect(
            value == [
                "version": 3, "root": "/store", "imports": ["/etc/containerd/conf.d/*.toml"],
                "plugins": [
                    "io.containerd.cri.v1.images": ["registry": ["config_path": "/etc/containerd/certs.d"]],
                    "io.containerd.cri.v1.runtime": [
                        "containerd": [
                            "runtimes": [
                                "runc": [
                                    "runtime_type": "io.containerd.runc.v2",
                                    "options": ["BinaryName": "/run/wrapper", "SystemdCgroup": false],
                                ]
                            ]
                        ]
                    ],
                ],
            ])
    }

    /// kind's older images have no options for the runtime.
    @Test(arguments: [
        ("version = 3", 3), ("version=3 # containerd 2", 3), ("version = 2", 2), ("", 2),
        ("[a]\nversion = 3", 2),
    ])
    func missingOptionsAreAddedInTheFormatOfTheFile(text: String, format: Int) throws {
        #expect(options(try adapted(text), format) == ["BinaryName": "/run/wrapper"])
    }

    /// Only the options of runtimes of the CRI are ours; kind's images have other runtimes too.
    @Test func everyRuntimeIsWrapped() throws {
        let value = try adapted(
            """
            version = 3
            [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
              SystemdCgroup = true
            [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.test-handler.options]
              SystemdCgroup = true
            [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.kata]
              runtime_type = "io.containerd.kata.v2"
            [other.options]
              BinaryName = "theirs"
            """)
        for runtime in ["runc", "test-handler"] {
            #expect(
                options(value, 3, runtime: runtime) == ["BinaryName": "/run/wrapper", "SystemdCgroup": false])
        }
        #expect(options(value, 3, runtime: "kata").isNull)
        #expect(value["other"]["options"]["BinaryName"] == "theirs")
    }

    @Test func withoutAWrapperTheImagesRuntimeStays() throws {
        let text =
            "[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc.options]\nBinaryName = \"/usr/sbin/runc\""
        #expect(options(try adapted(text, runtime: nil), 2)["BinaryName"] == "/usr/sbin/runc")
        #expect(try adapted("version = 2", runtime: nil) == ["version": 2, "root": "/store"])
    }

    /// As with kind: merge patches first, then lists of operations; and what the node cannot do without comes last.
    @Test func theUsersChangesAreMade() throws {
        let changes = ContainerdChanges(
            merges: [
                try JSONValue(
                    toml: """
                        root = "/theirs"
                        [plugins."io.containerd.grpc.v1.cri"]
                          sandbox_image = "registry.example/pause:1"
                        [plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
                          endpoint = ["https://mirror.example"]
                        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                          SystemdCgroup = true
                        """)
            ],
            operations: [
                [
                    [
                        "op": "add", "path": "/plugins/io.containerd.grpc.v1.cri/registry",
                        "value": ["config_path": "/etc/containerd/certs.d"],
                    ]
                ]
            ])
        let value = try adapted(
            "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\nsandbox_image = \"pause\"\n",
            changes: changes)
        let cri = value["plugins"]["io.containerd.grpc.v1.cri"]
        #expect(cri["sandbox_image"] == "registry.example/pause:1")
        #expect(cri["registry"] == ["config_path": "/etc/containerd/certs.d"])
        #expect(options(value, 2) == ["BinaryName": "/run/wrapper", "SystemdCgroup": false])
        #expect(value["root"] == "/store")
        #expect(throws: JSONPatchError.self) {
            try adapted("", changes: ContainerdChanges(operations: [[["op": "remove", "path": "/missing"]]]))
        }
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
