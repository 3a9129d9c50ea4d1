import EnginePlan
import HostFacts
import Testing

@testable import ClusterSpec

/// How settings, the file and our own defaults become one configuration.
@Suite struct PlanningTests {
    static let header = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"

    /// What is asked for, and what the place is like.
    struct Given {
        var spec: ClusterSpec
        var place = ClusterSurroundings()
    }

    private func plan(_ file: String = "", _ change: (inout Given) -> Void = { _ in }) throws -> ClusterPlan {
        var merge = SpecMerge(environment: [:])
        if !file.isEmpty { merge.take(try KindConfiguration(text: Self.header + file, file: "f")) }
        var given = Given(spec: merge.spec)
        change(&given)
        return try ClusterPlan(given.spec, in: given.place)
    }

    private func refusal(_ file: String = "", _ change: (inout Given) -> Void = { _ in }) throws
        -> String
    {
        try #require(throws: ClusterConfigError.self) { _ = try plan(file, change) }.description
    }

    private func decision(_ plan: ClusterPlan, _ field: String) throws -> ConfigDecision {
        try #require(plan.decisions.first { $0.field == field })
    }

    @Test func defaults() throws {
        let plan = try plan { $0.place.podAddress = "10.1.2.3" }
        #expect(plan.cluster.name == "kind")
        #expect(plan.cluster.networking.apiServerAddress == "10.1.2.3")
        #expect(plan.cluster.networking.apiServerPort == 30001)
        #expect(plan.cluster.networking.podSubnet == "10.245.0.0/16")
        #expect(plan.cluster.networking.serviceSubnet == "10.246.0.0/16")
        #expect(plan.cluster.networking.dnsSearch == [])
        var node = Node()
        node.extraPortMappings = [
            PortMapping(containerPort: 6443, hostPort: 30001, listenAddress: "127.0.0.1", protocol: .tcp)
        ]
        #expect(plan.cluster.nodes == [node])
        #expect(plan.warnings == [])
        #expect(plan.files == [])
        #expect(plan.decisions.allSatisfy { !$0.reason.isEmpty && !$0.value.isEmpty })
    }

    struct Precedence: Sendable, CustomTestStringConvertible {
        let field: String
        let file: String
        let set: @Sendable (inout Given) -> Void
        let read: @Sendable (Cluster) -> String?
        /// The value of the setting, of the file, and where neither has one.
        let values: (setting: String, file: String, neither: String?)
        var testDescription: String { field }
    }

    static let precedences = [
        Precedence(
            field: "name", file: "name: f\n", set: { $0.spec.name = "s" }, read: { $0.name },
            values: ("s", "f", "kind")),
        Precedence(
            field: "nodes[0].image", file: "nodes: [{image: f:v1}]\n", set: { $0.spec.nodeImage = "s:v1" },
            read: { $0.nodes[0].image }, values: ("s:v1", "f:v1", nil)),
        Precedence(
            field: "networking.apiServerAddress", file: "networking: {apiServerAddress: 1.1.1.1}\n",
            set: { $0.spec.apiServer.address = "2.2.2.2" }, read: { $0.networking.apiServerAddress },
            values: ("2.2.2.2", "1.1.1.1", "127.0.0.1")),
        Precedence(
            field: "networking.apiServerPort", file: "networking: {apiServerPort: 6443}\n",
            set: { $0.spec.apiServer.port = 7443 }, read: { $0.networking.apiServerPort.map(String.init) },
            values: ("7443", "6443", "30001")),
        Precedence(
            field: "networking.podSubnet", file: "networking: {podSubnet: 10.11.0.0/16}\n",
            set: { $0.spec.podSubnet = "10.12.0.0/16" }, read: { $0.networking.podSubnet },
            values: ("10.12.0.0/16", "10.11.0.0/16", "10.245.0.0/16")),
        Precedence(
            field: "networking.serviceSubnet", file: "networking: {serviceSubnet: 10.11.0.0/16}\n",
            set: { $0.spec.serviceSubnet = "10.12.0.0/16" }, read: { $0.networking.serviceSubnet },
            values: ("10.12.0.0/16", "10.11.0.0/16", "10.246.0.0/16")),
    ]

    @Test(arguments: precedences)
    func settingsWinOverTheFileAndTheFileOverDefaults(_ precedence: Precedence) throws {
        let cases: [(file: String, isSet: Bool, value: String?, source: [ConfigSource])] = [
            ("", false, precedence.values.neither, [.kinkajou, .kind]),
            (precedence.file, false, precedence.values.file, [.file]),
            ("", true, precedence.values.setting, [.setting]),
            (precedence.file, true, precedence.values.setting, [.setting]),
        ]
        for (file, isSet, value, source) in cases {
            let plan = try plan(file) { if isSet { precedence.set(&$0) } }
            #expect(precedence.read(plan.cluster) == value)
            #expect(source.contains(try decision(plan, precedence.field).source))
        }
    }

    @Test func theFileSearchDomainsAndRandomPortStay() throws {
        let plan = try plan("networking: {dnsSearch: [example.com], apiServerPort: 0}\n")
        #expect(plan.cluster.networking.dnsSearch == ["example.com"])
        #expect(plan.cluster.networking.apiServerPort == 0)
    }

    struct Publishing: Sendable, CustomTestStringConvertible {
        var file = ""
        var pod: String? = "10.1.2.3"
        /// At the host, of all nodes.
        let ports: [String]
        var testDescription: String { "\(file) \(pod ?? "")" }
    }

    static let publishings = [
        Publishing(ports: ["127.0.0.1:30001"]),
        Publishing(file: "networking: {apiServerPort: 7443}\n", ports: ["127.0.0.1:7443"]),
        Publishing(file: "networking: {apiServerAddress: 10.9.9.9}\n", ports: ["127.0.0.1:30001"]),
        Publishing(file: "nodes: [{role: worker}, {role: control-plane}]\n", ports: ["127.0.0.1:30001"]),
        // The loopback is there already, or nobody knows the port before Docker has chosen it.
        Publishing(file: "networking: {apiServerAddress: 0.0.0.0}\n", ports: []),
        Publishing(file: "networking: {apiServerAddress: \"::\"}\n", ports: []),
        Publishing(file: "networking: {apiServerAddress: 127.0.0.1}\n", ports: []),
        Publishing(file: "networking: {apiServerPort: 0}\n", ports: []),
        Publishing(file: "networking: {apiServerPort: -1}\n", ports: []),
        Publishing(file: "networking: {ipFamily: ipv6}\n", pod: "fd00::1", ports: []),
        Publishing(pod: nil, ports: []),
        // It is the user's.
        Publishing(
            file: "nodes: [{extraPortMappings: [{containerPort: 80, hostPort: 30001, "
                + "listenAddress: 127.0.0.1}]}]\n", ports: ["127.0.0.1:30001"]),
        Publishing(
            file: "nodes: [{extraPortMappings: [{containerPort: 80, hostPort: 30001, protocol: UDP}]}]\n",
            ports: ["any:30001", "127.0.0.1:30001"]),
    ]

    @Test(arguments: publishings)
    func theServerIsPublishedAtTheLoopbackToo(_ publishing: Publishing) throws {
        let plan = try plan(publishing.file) { $0.place.podAddress = publishing.pod }
        let mappings = plan.cluster.nodes.flatMap(\.extraPortMappings)
        let ports = mappings.map { "\($0.listenAddress ?? "any"):\($0.hostPort ?? 0)" }
        #expect(ports == publishing.ports)
        #expect(plan.cluster.nodes.allSatisfy { $0.role == .controlPlane || $0.extraPortMappings.isEmpty })
    }

    @Test func theServersAddressIsKnownWhereItIsFixed() throws {
        #expect(try plan { $0.place.podAddress = "10.1.2.3" }.serverURL == "https://10.1.2.3:30001")
        #expect(try plan().serverURL == "https://127.0.0.1:30001")
        let other = try plan("networking: {apiServerPort: 7443}\n") { $0.place.podAddress = "fd00::1" }
        #expect(other.serverURL == "https://[fd00::1]:7443")
        #expect(try plan("networking: {apiServerPort: 0}\n").serverURL == nil)
        #expect(try plan("networking: {apiServerAddress: 0.0.0.0}\n").serverURL == nil)
    }

    @Test func subnetsMakeWayForNetworksOutside() throws {
        let taken = ["10.245.0.0/16", "10.246.7.0/24", "10.247.0.0/16"].compactMap { IPv4Network($0) }
        let plan = try plan { $0.place.takenNetworks = taken }
        #expect(plan.cluster.networking.podSubnet == "10.249.0.0/16")
        #expect(plan.cluster.networking.serviceSubnet == "10.248.0.0/16")
        #expect(
            try decision(plan, "networking.podSubnet").reason.contains("10.245.0.0/16, 10.247.0.0/16 would"))
    }

    @Test func subnetsMakeWayForEachOther() throws {
        let one = try plan { $0.spec.serviceSubnet = "10.245.0.0/16" }
        #expect(one.cluster.networking.podSubnet == "10.247.0.0/16")
        let two = try plan("networking: {podSubnet: 10.246.0.0/15}\n")
        #expect(two.cluster.networking.serviceSubnet == "10.248.0.0/16")
    }

    @Test func aChosenSubnetThatIsTakenIsAWarning() throws {
        let plan = try plan("networking: {podSubnet: 10.0.0.0/16}\n") {
            $0.place.takenNetworks = [IPv4Network("10.0.3.0/24")].compactMap(\.self)
        }
        #expect(plan.cluster.networking.podSubnet == "10.0.0.0/16")
        #expect(
            plan.warnings.map(\.description) == [
                "f:3:25: networking.podSubnet: 10.0.0.0/16 overlaps 10.0.3.0/24, which is in use outside the cluster; "
                    + "choose another network, or addresses in 10.0.3.0/24 cannot be reached from Pods"
            ])
    }

    @Test func noFreeSubnetIsAnError() throws {
        let message = try refusal { $0.place.takenNetworks = [IPv4Network("0.0.0.0/0")].compactMap(\.self) }
        #expect(message.contains("networking.podSubnet: each of 10.245.0.0/16"))
        #expect(message.contains("--service-subnet"))
    }

    @Test(arguments: [
        ("ipv6", "fd00:10:244::/56", "fd00:10:96::/112"),
        ("dual", "10.245.0.0/16,fd00:10:244::/56", "10.246.0.0/16,fd00:10:96::/112"),
    ])
    func otherFamilies(family: String, pods: String, services: String) throws {
        let plan = try plan("networking: {ipFamily: \(family)}\n")
        #expect(plan.cluster.networking.podSubnet == pods)
        #expect(plan.cluster.networking.serviceSubnet == services)
    }

    /// The same for every version: the patch names neither group nor version.
    @Test(arguments: ["v1.20.2", "v1.22.17", "v1.23.0", "v1.27.3", "v1.31.2", "v1.36.0"])
    func certificateNames(version: String) throws {
        let plan = try plan {
            $0.spec.nodeImage = "kindest/node:\(version)"
            $0.place.podAddress = "10.1.2.3"
            $0.place.hostName = "runner-1"
            $0.spec.apiServer.certificateNames = ["api.example.com", "*.example.com", "10.1.2.3", "fd00::1"]
        }
        #expect(plan.kubernetesVersion?.description == version)
        let names = [
            "localhost", "127.0.0.1", "10.1.2.3", "runner-1", "api.example.com", "*.example.com", "fd00::1",
        ]
        let patch = names.map { "- op: add\n  path: /apiServer/certSANs/-\n  value: \"\($0)\"\n" }.joined()
        #expect(
            plan.cluster.kubeadmConfigPatchesJSON6902 == [
                TargetedJSONPatch(kind: "ClusterConfiguration", patch: patch)
            ])
        #expect(plan.cluster.kubeadmConfigPatches == [])
        #expect(try ParsedCluster(yaml: plan.cluster.yaml()).cluster == plan.cluster)
    }

    @Test func aVersionThatKindMakesNoClustersOfIsRefused() throws {
        #expect(
            try refusal { $0.spec.nodeImage = "kindest/node:v1.14.10" } == """
                nodes[0].image: it has Kubernetes v1.14.10, and kind makes clusters of v1.15.0 and later; choose a newer node image
                """)
        // What is in the image counts, not what its tag says.
        let message = try refusal("nodes: [{image: \"mine:v1.31.2\"}]\n") {
            $0.place.facts.images["mine:v1.31.2"] = NodeImageFacts(version: KubernetesVersion(1, 9))
        }
        #expect(message.hasPrefix("f:3:17: nodes[0].image: it has Kubernetes v1.9.0"), "\(message)")
        #expect(try plan { $0.spec.nodeImage = "kindest/node:v1.15.12" }.kubernetesVersion?.minor == 15)
    }

    @Test func aCertificateNameThatIsNone() throws {
        let message = try refusal { $0.spec.apiServer.certificateNames = ["https://a", "a b", "ok"] }
        #expect(
            message == """
                certSANs: "https://a" is neither a host name nor an IP address; correct it; the API server's certificate cannot hold it
                certSANs: "a b" is neither a host name nor an IP address; correct it; the API server's certificate cannot hold it
                """)
    }

    @Test func everyAddressIsNoNameForACertificate() throws {
        let plan = try plan { $0.spec.apiServer.address = "0.0.0.0" }
        #expect(!plan.cluster.kubeadmConfigPatchesJSON6902[0].patch.contains("0.0.0.0"))
    }

    @Test(arguments: [
        ("v1.20.2", "v1beta2", CgroupDriver.cgroupfs), ("v1.22.17", "v1beta2", .cgroupfs),
        ("v1.23.0", "v1beta3", .cgroupfs),
        ("v1.24.0", "v1beta3", .systemd), ("v1.27.3", "v1beta3", .systemd), ("v1.31.2", "v1beta3", .systemd),
        ("v1.35.9", "v1beta3", .systemd), ("v1.36.0", "v1beta4", .systemd), ("v1.40.0", "v1beta4", .systemd),
    ])
    func patchesForAnotherVersionAreRefused(version: String, api: String, driver: CgroupDriver) throws {
        for other in ["v1beta2", "v1beta3", "v1beta4"] {
            let file =
                "kubeadmConfigPatches: ['{kind: InitConfiguration, apiVersion: kubeadm.k8s.io/\(other)}']\n"
            let json =
                "kubeadmConfigPatchesJSON6902:\n- {group: kubeadm.k8s.io, version: \(other), kind: InitConfiguration, patch: '[]'}\n"
            for text in [file, json] {
                if other == api {
                    #expect(try plan(text) { $0.spec.nodeImage = "a:\(version)" }.warnings == [])
                } else {
                    let message = try refusal(text) { $0.spec.nodeImage = "a:\(version)" }
                    #expect(
                        message.contains(
                            "kind writes InitConfiguration of kubeadm.k8s.io/\(api) for Kubernetes \(version), and would skip a patch for kubeadm.k8s.io/\(other); write \"apiVersion: kubeadm.k8s.io/\(api)\""
                        ))
                    #expect(message.hasPrefix("f:"))
                }
            }
        }
        #expect(try #require(KubernetesVersion(version)).kindCgroupDriver == driver)
    }

    @Test func aPatchForSomeNodesIsAWarning() throws {
        let plan = try plan(
            """
            nodes: [{image: "a:v1.20.2"}, {role: worker, image: "a:v1.27.3"}]
            kubeadmConfigPatches: ["{kind: JoinConfiguration, apiVersion: kubeadm.k8s.io/v1beta3}"]
            """)
        #expect(plan.warnings.map(\.field) == ["kubeadmConfigPatches[0]"])
    }

    @Test func aPatchForAnUnknownVersionIsLeftAlone() throws {
        let plan = try plan(
            "kubeadmConfigPatches: ['{kind: InitConfiguration, apiVersion: kubeadm.k8s.io/v1beta2}']\n")
        #expect(plan.warnings == [])
        #expect(plan.kubernetesVersion == nil)
    }

    @Test func aPatchMayHaveCommentsAndSeveralDocuments() throws {
        let text =
            "  # first\n  ---\n  kind: InitConfiguration\n  ---\n  kind: KubeletConfiguration\n  maxPods: 5\n"
        #expect(try plan("kubeadmConfigPatches:\n- |\n\(text)").warnings == [])
        #expect(
            try refusal("kubeadmConfigPatches:\n- |\n\(text)  ---\n  kind: Init\n")
                .hasPrefix("f:12: kubeadmConfigPatches[0].kind: there is no document of kind \"Init\""))
    }

    @Test func certificateNamesInAPatchOfANodeAreAWarning() throws {
        let plan = try plan(
            "nodes: [{kubeadmConfigPatches: ['{kind: ClusterConfiguration, apiServer: {certSANs: [a]}}']}]\n")
        #expect(plan.warnings.map(\.field) == ["nodes[0].kubeadmConfigPatches[0]"])
    }

    @Test func theUsersPatchesComeAfterOurs() throws {
        let plan = try plan(
            """
            kubeadmConfigPatchesJSON6902: [{kind: ClusterConfiguration, patch: '[]'}]
            containerdConfigPatches: ["a = 1"]
            """
        ) { $0.place.wrapperPath = "/usr/bin/kinkajou-oci" }
        #expect(plan.cluster.kubeadmConfigPatchesJSON6902.map(\.patch).last == "[]")
        #expect(plan.cluster.containerdConfigPatches.last == "a = 1")
    }

    @Test func severalControlPlanesHaveALoadBalancer() throws {
        let plan = try plan("nodes: [{}, {}, {role: worker}]\n") { $0.place.podAddress = "10.1.2.3" }
        #expect(plan.cluster.networking.apiServerAddress == "10.1.2.3")
        #expect(plan.cluster.networking.apiServerPort == 30001)
        #expect(try decision(plan, "loadBalancer").reason.contains("2 control planes"))
    }

    @Test func theWrapperIsInEveryNode() throws {
        let plan = try plan("nodes: [{}, {role: worker}]\n") {
            $0.place.wrapperPath = "/usr/bin/kinkajou-oci"
        }
        let mount = Mount(
            hostPath: "/usr/bin/kinkajou-oci", containerPath: "/usr/local/bin/kinkajou-oci", readOnly: true)
        #expect(plan.cluster.nodes.allSatisfy { $0.extraMounts == [mount] })
        #expect(
            plan.cluster.containerdConfigPatches == [
                "[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc.options]\n  BinaryName = \"/usr/local/bin/kinkajou-oci\"\n"
            ])
    }

    @Test(arguments: [
        ("v1.20.2", CgroupDriver.systemd, 1), ("v1.20.2", .cgroupfs, 0), ("v1.31.0", .systemd, 0),
    ])
    func theCgroupDriverOfTheImage(version: String, driver: CgroupDriver, patches: Int) throws {
        let plan = try plan {
            $0.spec.nodeImage = "a"
            $0.place.facts.images["a"] = NodeImageFacts(version: KubernetesVersion(version))
            $0.place.cgroupDriver = driver
        }
        #expect(plan.cluster.kubeadmConfigPatches.count == patches)
    }

    @Test func registries() throws {
        let plan = try plan("nodes: [{}, {role: worker}]\n") {
            $0.spec.engine.registryMirrors = ["https://mirror.example.com/v2/", "http://10.0.0.1:5000"]
            $0.spec.engine.insecureRegistries = ["registry.local:5000", "mirror.example.com"]
        }
        #expect(
            plan.files.map(\.path) == [
                "/run/kinkajou/certs.d/docker.io/hosts.toml",
                "/run/kinkajou/certs.d/mirror.example.com/hosts.toml",
                "/run/kinkajou/certs.d/registry.local:5000/hosts.toml",
            ])
        #expect(
            plan.files[0].text == """
                server = "https://registry-1.docker.io"

                [host."https://mirror.example.com/v2"]
                  capabilities = ["pull", "resolve"]
                  skip_verify = true

                [host."http://10.0.0.1:5000"]
                  capabilities = ["pull", "resolve"]

                """)
        #expect(
            plan.files[2].text == """
                server = "https://registry.local:5000"

                [host."https://registry.local:5000"]
                  capabilities = ["pull", "resolve"]
                  skip_verify = true

                [host."http://registry.local:5000"]
                  capabilities = ["pull", "resolve"]

                """)
        let mount = Mount(
            hostPath: "/run/kinkajou/certs.d", containerPath: "/etc/containerd/certs.d", readOnly: true)
        #expect(plan.cluster.nodes.allSatisfy { $0.extraMounts == [mount] })
        #expect(plan.cluster.containerdConfigPatchesJSON6902.count == 1)
        #expect(try ParsedCluster(yaml: plan.cluster.yaml()).cluster == plan.cluster)
    }

    @Test func registriesOfTheFileStay() throws {
        let plan = try plan(
            "containerdConfigPatches: ['[plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors]']\n"
        ) {
            $0.spec.engine.registryMirrors = ["https://a"]
        }
        #expect(plan.warnings.map(\.field) == ["containerdConfigPatches"])
        #expect(plan.files == [])
        #expect(plan.cluster.containerdConfigPatchesJSON6902 == [])
    }

    @Test(arguments: ["https://", "ftp://a", "a", "https://a\"b", "https://a/\"]\nx", "https://a:99999"])
    func mirrorsThatAreNoURLs(mirror: String) throws {
        #expect(try refusal { $0.spec.engine.registryMirrors = [mirror] }.contains("registries"))
    }

    @Test(arguments: ["../etc", "a/b", "", "-a", "a:b", "10.0.0.0/8"])
    func hostsThatAreNone(host: String) throws {
        #expect(try refusal { $0.spec.engine.insecureRegistries = [host] }.contains("registries"))
    }

    @Test func settingsAreCheckedToo() throws {
        let message = try refusal {
            $0.spec.name = "A"
            $0.spec.apiServer.address = "x"
            $0.spec.apiServer.port = 70000
            $0.spec.podSubnet = "y"
        }
        #expect(
            message.split(separator: "\n").map { $0.prefix { $0 != ":" } } == [
                "name", "networking.apiServerPort", "networking.apiServerAddress", "networking.podSubnet",
            ])
    }
}
