import Testing

@testable import ClusterSpec

/// What is written is read again as the same cluster.
@Suite struct RoundTripTests {
    /// A cluster with every field set.
    static let everything: Cluster = {
        var cluster = Cluster()
        cluster.name = "all.of-it"
        var first = Node(role: .controlPlane, image: "kindest/node:v1.31.2@sha256:0123456789abcdef")
        first.labels = [
            "tier": "front", "example.com/zone": "a", "flag": "true", "number": "0644", "empty": "",
        ]
        first.extraMounts = [
            Mount(
                hostPath: "/host path/ä", containerPath: "/in/node", readOnly: true, selinuxRelabel: true,
                propagation: .hostToContainer),
            Mount(hostPath: "./relative", containerPath: "/b", propagation: MountPropagation.none),
        ]
        first.extraPortMappings = [
            PortMapping(containerPort: 80, hostPort: 8080, listenAddress: "127.0.0.1", protocol: .udp),
            PortMapping(containerPort: 443, hostPort: -1, listenAddress: "::"),
            PortMapping(containerPort: 444, hostPort: 0, protocol: .sctp), PortMapping(containerPort: 445),
        ]
        first.kubeadmConfigPatches = [
            "kind: InitConfiguration\nnodeRegistration:\n  kubeletExtraArgs:\n    v: \"4\"\n"
        ]
        first.kubeadmConfigPatchesJSON6902 = [
            TargetedJSONPatch(
                group: "kubeadm.k8s.io", version: "v1beta3", kind: "InitConfiguration",
                patch: "- op: add\n  path: /a\n  value: 1")
        ]
        cluster.nodes = [first, Node(role: .worker), Node(role: .controlPlane)]
        cluster.networking.ipFamily = .dual
        cluster.networking.apiServerPort = 30001
        cluster.networking.apiServerAddress = "0.0.0.0"
        cluster.networking.podSubnet = "10.245.0.0/16,fd00:10:245::/56"
        cluster.networking.serviceSubnet = "10.246.0.0/16,fd00:10:246::/112"
        cluster.networking.disableDefaultCNI = true
        cluster.networking.kubeProxyMode = .none
        cluster.networking.dnsSearch = ["example.com", "a.example.com"]
        cluster.featureGates = ["Zeta": false, "Alpha": true]
        cluster.runtimeConfig = ["api/all": "true", "batch/v1": "false"]
        cluster.kubeadmConfigPatches = [
            "kind: ClusterConfiguration\n", "kind: KubeletConfiguration\nmaxPods: 50\n\n\n",
        ]
        cluster.kubeadmConfigPatchesJSON6902 = [
            TargetedJSONPatch(
                kind: "ClusterConfiguration", patch: "[{\"op\":\"remove\",\"path\":\"/apiServer\"}]")
        ]
        cluster.containerdConfigPatches = [
            "[plugins.\"io.containerd.grpc.v1.cri\"]\n  sandbox_image = \"a\"\n"
        ]
        cluster.containerdConfigPatchesJSON6902 = [
            "[{\"op\": \"test\", \"path\": \"/version\", \"value\": 2}]"
        ]
        return cluster
    }()

    @Test func everyField() throws {
        let text = Self.everything.yaml()
        #expect(try ParsedCluster(yaml: text).cluster == Self.everything)
        #expect(Self.everything.yaml() == text)
    }

    @Test func nothingSet() throws {
        #expect(Cluster().yaml() == "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n")
        #expect(try ParsedCluster(yaml: Cluster().yaml()).cluster == Cluster())
    }

    @Test func anEmptySearchListIsNotNone() throws {
        var cluster = Cluster()
        cluster.networking.dnsSearch = []
        #expect(cluster.yaml().hasSuffix("networking:\n  dnsSearch: []\n"))
        #expect(try ParsedCluster(yaml: cluster.yaml()).cluster == cluster)
    }

    /// Any text comes back as it was, wherever it stands.
    @Test(arguments: [
        "a", "a\n", "a\nb", "a\nb\n", "a\n\n\n", " a\nb", "\na", "a\n  \nb", "a\n\tb\n", "\ta\nb", "a\r\nb\n",
        "a: b\n# c\n- d\n",
        "a \nb \n", "---\nb\n", "...\na", "%YAML 1.2\nb", "tab\there", "\u{85}a\nb", "\u{2028}a\nb",
        "a\u{feff}\nb", "nul\u{0}\nb", "\u{1f43b}\nä\n",
        "\u{e000}\nb", "'\"\\\n|", "a\n\nb\n", "key: |\n  x\n\n  y\n", "true", "null", "~", "0644",
        "12:30:45", "1e3", ".inf", "<<", "=", "a:", ":a", "*a", "&a", "!a", "@a", "`a", "a #b",
    ])
    func texts(_ text: String) throws {
        var cluster = Cluster()
        cluster.nodes = [Node(role: .controlPlane)]
        cluster.nodes[0].extraMounts = [Mount(hostPath: text, containerPath: "/" + text)]
        cluster.nodes[0].kubeadmConfigPatchesJSON6902 = [
            TargetedJSONPatch(kind: text, patch: text)
        ]
        cluster.containerdConfigPatches = [text, text]
        cluster.runtimeConfig = [text: text]
        let document = try YAMLDocument(Array(cluster.yaml().utf8), file: nil)
        var reader = FieldReader(file: nil)
        let read = reader.cluster(document.root)
        #expect(reader.problems == [])
        // Empty texts leave a field unset; there are none here.
        #expect(read == cluster)
    }
}
