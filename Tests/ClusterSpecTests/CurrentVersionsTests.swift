import EnginePlan
import Testing

@testable import ClusterSpec

/// What changes with the versions of kind, of Kubernetes and of containerd, and with the cgroup version.
@Suite struct CurrentVersionsTests {
    private func plan(
        _ file: String = "", version: String = "v1.36.2", kind: KindVersion? = KindVersion(0, 33),
        cgroupV1: Bool? = nil, containerd: String? = nil
    ) throws -> ClusterPlan {
        var merge = SpecMerge(environment: [:])
        if !file.isEmpty { merge.take(try KindConfiguration(text: PlanningTests.header + file, file: "f")) }
        var spec = merge.spec
        spec.nodeImage = "node"
        var place = ClusterSurroundings()
        place.facts.kind = kind
        place.facts.hasCgroupV1 = cgroupV1
        place.facts.images["node"] = NodeImageFacts(
            version: KubernetesVersion(version),
            containerd: containerd.map(ContainerdConfiguration.init(toml:)))
        place.wrapperPath = containerd == nil ? nil : "/usr/bin/kinkajou-oci"
        return try ClusterPlan(spec, in: place)
    }

    private func refusal(
        _ file: String = "", version: String = "v1.36.2", kind: KindVersion? = KindVersion(0, 33),
        cgroupV1: Bool? = nil, containerd: String? = nil
    ) throws -> String {
        try #require(throws: ClusterConfigError.self) {
            _ = try plan(file, version: version, kind: kind, cgroupV1: cgroupV1, containerd: containerd)
        }.description
    }

    // MARK: - kind

    @Test(
        arguments: [
            ("kind v0.33.0 go1.26.1 linux/amd64\n", KindVersion(0, 33)),
            ("kind v0.27.0 go1.24.4 linux/amd64", KindVersion(0, 27)), ("0.32.1\n", KindVersion(0, 32, 1)),
            ("kind v0.32.0-alpha+53da5f5c go1.25.0 linux/arm64", KindVersion(0, 32)), ("kind", nil),
            ("", nil),
        ] as [(String, KindVersion?)])
    func kindSaysItsVersion(output: String, version: KindVersion?) {
        #expect(KindVersion(output: output) == version)
    }

    @Test(
        arguments: [
            ("v1.22.17", KindVersion(0, 33), KubeadmAPI.v1beta2), ("v1.35.4", KindVersion(0, 33), .v1beta3),
            ("v1.36.2", KindVersion(0, 33), .v1beta4), ("v1.36.2", KindVersion(0, 32), .v1beta4),
            ("v1.36.2", KindVersion(0, 31), .v1beta3), ("v1.36.2", nil, .v1beta4),
            ("v1.37.0", KindVersion(0, 27), .v1beta3), ("v1.20.2", KindVersion(0, 27), .v1beta2),
        ] as [(String, KindVersion?, KubeadmAPI)])
    func whatThisKindWrites(version: String, kind: KindVersion?, api: KubeadmAPI) throws {
        #expect(KubeadmAPI.written(for: try #require(KubernetesVersion(version)), by: kind) == api)
    }

    @Test func aNodeImageThatThisKindCannotStartIsRefused() throws {
        #expect(
            try refusal(version: "v1.37.0", kind: KindVersion(0, 27))
                == "nodes[0].image: it has Kubernetes v1.37.0, whose kubeadm no longer reads v1beta3, and kind v0.27.0 writes "
                + "that; use kind v0.32.0 or later, or a node image of Kubernetes 1.36 or older")
        #expect(try plan(version: "v1.37.0", kind: KindVersion(0, 32)).warnings == [])
        #expect(try plan(version: "v1.36.2", kind: KindVersion(0, 27)).warnings == [])
    }

    @Test func aPatchThatThisKindWouldSkipIsRefusedInItsLine() throws {
        let file = """
            kubeadmConfigPatches:
            - |
              # for the first node
              kind: InitConfiguration
              apiVersion: kubeadm.k8s.io/v1beta4
            """
        #expect(
            try refusal(file, kind: KindVersion(0, 27))
                == "f:7: kubeadmConfigPatches[0]: kind v0.27.0 writes InitConfiguration of kubeadm.k8s.io/v1beta3 for Kubernetes "
                + "v1.36.2, and would skip a patch for kubeadm.k8s.io/v1beta4; write \"apiVersion: kubeadm.k8s.io/v1beta3\", or "
                + "leave it out, which matches any")
        #expect(try plan(file).warnings == [])
    }

    @Test func anImageThatCameByItsDigestIsCalledAsTheEngineCallsIt() throws {
        var spec = SpecMerge(environment: [:]).spec
        spec.nodeImage = "kindest/node:v1.36.2@sha256:0123"
        var place = ClusterSurroundings()
        place.facts.imageNames = ["kindest/node:v1.36.2@sha256:0123": "kindest/node:v1.36.2"]
        place.facts.images = ["kindest/node:v1.36.2": NodeImageFacts(version: KubernetesVersion(1, 36, 2))]
        let plan = try ClusterPlan(spec, in: place)
        #expect(plan.cluster.nodes.map(\.image) == ["kindest/node:v1.36.2"])
        #expect(plan.versions == ["kindest/node:v1.36.2": KubernetesVersion(1, 36, 2)])
    }

    // MARK: - Patches

    private static let list = """
        kubeadmConfigPatches:
        - |
          kind: ClusterConfiguration
          apiServer:
            extraArgs:
            - {name: v, value: "4"}
        """

    @Test func argumentsAsAListAreRefusedBeforeV1beta4() throws {
        #expect(
            try refusal(Self.list, version: "v1.35.1")
                == "f:7: kubeadmConfigPatches[0]: apiServer.extraArgs is a mapping in the v1beta3 that Kubernetes v1.35.1 gets, and "
                + "this is a list; write it as a mapping, such as {v: \"4\"}")
        #expect(try refusal(Self.list, kind: KindVersion(0, 31)).contains("v1beta3"))
        #expect(try plan(Self.list).warnings == [])
    }

    @Test func argumentsAsAMappingAreRefusedWhereKindDropsThem() throws {
        let mapping = "kind: JoinConfiguration\n  nodeRegistration:\n    kubeletExtraArgs: {v: \"4\"}\n"
        let free = "kubeadmConfigPatches:\n- |\n  \(mapping)"
        #expect(try plan(free).warnings == [])
        let bound = free + "  apiVersion: kubeadm.k8s.io/v1beta4\n"
        #expect(
            try refusal(bound).hasPrefix(
                "f:7: kubeadmConfigPatches[0]: nodeRegistration.kubeletExtraArgs is a list in"))
    }

    @Test(
        arguments: [
            ("/apiServer/extraArgs/-", "v1.35.1", "a mapping"),
            ("/apiServer/extraArgs/0", "v1.28.0", "a mapping"),
            ("/apiServer/extraArgs/v", "v1.36.2", "a list"),
            ("/apiServer/extraArgs/-", "v1.36.2", nil), ("/apiServer/extraArgs/v", "v1.35.1", nil),
            ("/apiServer/extraArgsX/0", "v1.35.1", nil),
        ] as [(String, String, String?)])
    func pathsIntoArguments(path: String, version: String, form: String?) throws {
        let file = """
            kubeadmConfigPatchesJSON6902:
            - kind: ClusterConfiguration
              patch: |
                - op: add
                  path: \(path)
                  value: {name: v, value: "4"}
            """
        guard let form else {
            #expect(try plan(file, version: version).warnings == [])
            return
        }
        let message = try refusal(file, version: version)
        #expect(
            message.hasPrefix(
                "f:6: kubeadmConfigPatchesJSON6902[0].patch: apiServer.extraArgs is \(form) in the"))
    }

    @Test func aKeyTwiceIsRefusedInItsLine() throws {
        let message = try refusal(
            """
            nodes:
            - role: control-plane
              kubeadmConfigPatches:
              - |
                kind: ClusterConfiguration
                apiServer:
                  extraArgs:
                    v: "4"
                    v: "5"
            """)
        #expect(
            message.hasPrefix(
                "f:10: nodes[0].kubeadmConfigPatches[0]: \"v\" is there more than once, first here"))
    }

    @Test func aLineOfAQuotedPatchIsNamedInWords() throws {
        let message = try refusal("kubeadmConfigPatches: [\"kind: InitConfiguration\\na: 1\\na: 2\\n\"]\n")
        #expect(
            message.hasPrefix(
                "f:3:24: kubeadmConfigPatches[0]: line 2 of the patch: \"a\" is there more than once"))
    }

    @Test(
        arguments: [
            (
                "v1.28.9",
                "kube-proxy of Kubernetes v1.28.9 has no nftables, which came with 1.29; choose iptables"
            ),
            (
                "v1.30.1",
                "kube-proxy of Kubernetes v1.30.1 has no nftables unless the feature gate NFTablesProxyMode is on"
            ),
            ("v1.31.0", nil), ("v1.37.0", nil),
        ] as [(String, String?)])
    func nftables(version: String, problem: String?) throws {
        let file = "networking:\n  kubeProxyMode: nftables\n"
        guard let problem else {
            #expect(try plan(file, version: version).cluster.networking.kubeProxyMode == .nftables)
            return
        }
        #expect(try refusal(file, version: version).hasPrefix("f:4:18: networking.kubeProxyMode: \(problem)"))
    }

    @Test func nftablesWithItsGate() throws {
        let file = "networking: {kubeProxyMode: nftables}\nfeatureGates: {NFTablesProxyMode: true}\n"
        #expect(try plan(file, version: "v1.29.0").warnings == [])
        #expect(try refusal(file, version: "v1.28.0").contains("came with 1.29"))
    }

    // MARK: - Feature gates

    @Test func featureGatesAreKeptWithTheirPlaces() throws {
        let file = """
            featureGates: {NoSuchGate: true}
            kubeadmConfigPatches:
            - |
              kind: KubeletConfiguration
              featureGates:
                Other: false
            """
        let gates = try plan(file).featureGates
        #expect(gates.map(\.argument).sorted() == ["NoSuchGate=true", "Other=false"])
        let version = KubernetesVersion(1, 36, 2)
        let unknown =
            "E1126 05:00:00.1 1 run.go:72] failed to set feature gates: unrecognized feature gate: Other"
        #expect(
            gates.compactMap { $0.problem(inAnswer: unknown, of: version)?.description }.sorted() == [
                "f:3:28: featureGates[NoSuchGate]: Kubernetes v1.36.2 has no feature gate \"NoSuchGate\", and would not start with it; "
                    + "leave it out, or use a node image of a version that has it",
                "f:8: kubeadmConfigPatches[0]: Kubernetes v1.36.2 has no feature gate \"Other\", and would not start with it; "
                    + "leave it out, or use a node image of a version that has it",
            ])
        let locked = "cannot set feature gate Other to false, feature is locked to true"
        #expect(gates[0].problem(inAnswer: locked, of: version)?.summary.contains("does not let") == true)
        #expect(
            gates[0].problem(inAnswer: "failed to load kubelet config file /nonexistent", of: version) == nil)
    }

    // MARK: - cgroup version 1

    @Test(
        arguments: [
            ("v1.34.9", true, false), ("v1.35.0", true, true), ("v1.37.1", true, true),
            ("v1.36.2", false, false),
            ("v1.36.2", nil, false),
        ] as [(String, Bool?, Bool)])
    func theKubeletIsLetOntoCgroupV1(version: String, cgroupV1: Bool?, isSet: Bool) throws {
        let plan = try plan(version: version, cgroupV1: cgroupV1)
        let patch = "kind: KubeletConfiguration\nfailCgroupV1: false\n"
        #expect(plan.cluster.kubeadmConfigPatches == (isSet ? [patch] : []))
        #expect(plan.notices.count == (isSet ? 1 : 0))
        #expect(plan.decisions.contains { $0.field == "kubelet.failCgroupV1" } == isSet)
    }

    @Test func aPatchThatSaysOtherwiseIsRefused() throws {
        let merge = "kubeadmConfigPatches:\n- |\n  kind: KubeletConfiguration\n  failCgroupV1: true\n"
        #expect(
            try refusal(merge, cgroupV1: true)
                == "f:6: kubeadmConfigPatches[0]: the nodes have cgroup v1, and with failCgroupV1 the kubelet of Kubernetes v1.36.2 "
                + "would end at once; leave failCgroupV1 out, which sets it to false here; or use a host with cgroup v2"
        )
        #expect(try plan(merge, cgroupV1: false).notices == [])
        #expect(try plan(merge, version: "v1.34.0", cgroupV1: true).notices == [])
        let json =
            "kubeadmConfigPatchesJSON6902:\n- kind: KubeletConfiguration\n  patch: |\n    - {op: remove, path: /failCgroupV1}\n"
        #expect(try refusal(json, cgroupV1: true).hasPrefix("f:6: kubeadmConfigPatchesJSON6902[0].patch: "))
    }

    @Test func aPatchThatSaysSoItselfIsEnough() throws {
        let file = "kubeadmConfigPatches:\n- |\n  kind: KubeletConfiguration\n  failCgroupV1: false\n"
        let plan = try plan(file, cgroupV1: true)
        #expect(plan.cluster.kubeadmConfigPatches.count == 1)
        #expect(plan.decisions.first { $0.field == "kubelet.failCgroupV1" }?.source == .file)
    }

    // MARK: - containerd

    private static let format3 = """
        version = 3 # since containerd 2
        [plugins.'io.containerd.cri.v1.images'.registry]
          config_path = '/etc/containerd/certs.d'
        """

    @Test func theWrapperGoesWhereTheImagesContainerdLooks() throws {
        #expect(
            try plan(containerd: Self.format3).cluster.containerdConfigPatches == [
                "[plugins.\"io.containerd.cri.v1.runtime\".containerd.runtimes.runc.options]\n  BinaryName = \"/usr/local/bin/kinkajou-oci\"\n"
            ])
        #expect(
            try plan(containerd: "version = 2\n").cluster.containerdConfigPatches[0]
                .hasPrefix("[plugins.\"io.containerd.grpc.v1.cri\".containerd"))
    }

    @Test func nodesOfBothFormatsGetAPatchEach() throws {
        var merge = SpecMerge(environment: [:])
        merge.take(
            try KindConfiguration(
                text: PlanningTests.header + "nodes: [{image: a}, {role: worker, image: b}]\n", file: "f"))
        var spec = merge.spec
        spec.engine.registryMirrors = ["https://m.example.com"]
        var place = ClusterSurroundings()
        place.wrapperPath = "/w"
        place.facts.images = [
            "a": NodeImageFacts(containerd: ContainerdConfiguration(toml: "version = 2")),
            "b": NodeImageFacts(containerd: ContainerdConfiguration(toml: Self.format3)),
        ]
        let plan = try ClusterPlan(spec, in: place)
        #expect(
            plan.cluster.containerdConfigPatches.map { $0.prefix { $0 != "\n" } } == [
                "version = 2", "version = 3", "version = 2", "version = 3",
            ])
        #expect(plan.cluster.containerdConfigPatchesJSON6902 == [])
    }

    @Test func mirrorsBesideADirectoryAreRefused() throws {
        let file =
            "containerdConfigPatches:\n- |\n  [plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors.\"docker.io\"]\n    endpoint = [\"https://m\"]\n"
        let image =
            "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\n  config_path = \"/etc/containerd/certs.d\"\n"
        #expect(
            try refusal(file, containerd: image).hasPrefix(
                "f:4:3: containerdConfigPatches[0]: containerd does not start with registry.mirrors beside config_path, which the node image sets; use --registry-mirror"
            ))
        #expect(try plan(file, containerd: "version = 2\n").warnings == [])
        let cleared = file + "  [plugins.\"io.containerd.grpc.v1.cri\".registry]\n    config_path = \"\"\n"
        #expect(try plan(cleared, containerd: image).warnings == [])
    }

    @Test func aPatchForTheOtherFormatIsRefused() throws {
        let old = "containerdConfigPatches: ['[plugins.\"io.containerd.grpc.v1.cri\".containerd]']\n"
        #expect(
            try refusal(old, containerd: Self.format3).contains(
                "it is for containerd's configuration of version 2, and that of the node image has version 3: it would be passed over"
            ))
        #expect(try plan(old, containerd: "version = 2").warnings == [])
        #expect(
            try refusal("containerdConfigPatches: ['version = 3']\n", containerd: "version = 2").contains(
                "version 2"))
    }
}
