import Testing

@testable import ClusterSpec

/// What a file may say, and how it is understood.
@Suite struct ReadingTests {
    static let header = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"

    private func read(_ text: String) throws -> Cluster {
        try ParsedCluster(yaml: Self.header + text).cluster
    }

    @Test func defaultsOfKind() throws {
        let cluster = try read("").withKindDefaults()
        #expect(cluster.name == "kind")
        #expect(cluster.nodes == [Node(role: .controlPlane)])
        #expect(cluster.networking.ipFamily == .ipv4)
        #expect(cluster.networking.apiServerAddress == "127.0.0.1")
        #expect(cluster.networking.apiServerPort == nil)
        #expect(cluster.networking.podSubnet == "10.244.0.0/16")
        #expect(cluster.networking.serviceSubnet == "10.96.0.0/16")
        #expect(cluster.networking.kubeProxyMode == .iptables)
        #expect(cluster.networking.dnsSearch == nil)
    }

    @Test(arguments: [
        ("ipv6", "::1", "fd00:10:244::/56", "fd00:10:96::/112"),
        ("dual", "127.0.0.1", "10.244.0.0/16,fd00:10:244::/56", "10.96.0.0/16,fd00:10:96::/112"),
    ])
    func defaultsOfOtherFamilies(family: String, address: String, pods: String, services: String) throws {
        let networking = try read("networking: {ipFamily: \(family)}\n").withKindDefaults().networking
        #expect(networking.apiServerAddress == address)
        #expect(networking.podSubnet == pods)
        #expect(networking.serviceSubnet == services)
    }

    /// kind's decoder gives a string field the text of any scalar.
    @Test(arguments: [
        "12:30:45", "on", "yes", "0644", "2024-01-01", "1.10", "true", "1e3", "0x10", "~x", "'null'",
    ])
    func textsStayTexts(_ text: String) throws {
        let cluster = try read("runtimeConfig: {a: \(text)}\n")
        #expect(cluster.runtimeConfig["a"] == text.filter { $0 != "'" })
    }

    @Test(arguments: [
        ("true", true), ("True", true), ("yes", true), ("on", true), ("false", false), ("no", false),
        ("off", false),
    ])
    func truthValues(text: String, value: Bool) throws {
        #expect(try read("featureGates: {A: \(text)}\n").featureGates == ["A": value])
    }

    @Test func nothingBehindAFieldLeavesItUnset() throws {
        let cluster = try read("name:\nnodes: ~\nnetworking: null\nfeatureGates:\nkubeadmConfigPatches:\n")
        #expect(cluster == Cluster())
    }

    @Test func protocolsMayBeLowerCase() throws {
        let cluster = try read(
            "nodes: [{extraPortMappings: [{containerPort: 1, protocol: udp}, {containerPort: 1, protocol: Sctp}]}]\n"
        )
        #expect(cluster.nodes[0].extraPortMappings.map(\.protocol) == [.udp, .sctp])
    }

    @Test func anchorsAliasesAndMergeKeys() throws {
        let cluster = try read(
            """
            nodes:
            - &first
              role: worker
              image: a:v1
              labels: &labels {a: b}
            - <<: *first
              role: control-plane
            - <<: [{image: c:v1}, *first]
              labels: *labels
            """)
        #expect(cluster.nodes.map(\.role) == [.worker, .controlPlane, .worker])
        #expect(cluster.nodes.map(\.image) == ["a:v1", "a:v1", "c:v1"])
        #expect(cluster.nodes.allSatisfy { $0.labels == ["a": "b"] })
    }

    @Test func jsonIsYAML() throws {
        let text =
            #"{"kind": "Cluster", "apiVersion": "kind.x-k8s.io/v1alpha4", "nodes": [{"role": "control-plane"}]}"#
        #expect(try ParsedCluster(yaml: text).cluster.nodes.count == 1)
    }

    @Test func portsThatAreChosenLaterDoNotCollide() throws {
        let ports =
            "{containerPort: 80, hostPort: -1}, {containerPort: 81, hostPort: -1}, {containerPort: 82, hostPort: 0}, {containerPort: 83}"
        #expect(
            try read("nodes: [{extraPortMappings: [\(ports)]}]\nnetworking: {apiServerPort: -1}\n").nodes
                .count == 1)
    }

    @Test(
        arguments: [
            ("nam", "name"), ("Nodes", "nodes"), ("ndoes", "nodes"),
            ("kubeadmConfigPatchesJson6902", "kubeadmConfigPatchesJSON6902"),
            ("featuregates", "featureGates"), ("xyz", nil), ("", nil),
        ] as [(String, String?)])
    func nearestNames(name: String, expected: String?) {
        let known = [
            "name", "nodes", "networking", "featureGates", "kubeadmConfigPatches",
            "kubeadmConfigPatchesJSON6902",
        ]
        #expect(nearestName(to: name, among: known) == expected)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.1.0.0/16", true), ("10.0.0.0/16", "10.1.0.0/16", false),
        ("0.0.0.0/0", "1.2.3.4/32", true),
        ("fd00::/8", "fd12::/64", true), ("fd00::/8", "10.0.0.0/8", false),
        ("10.128.0.0/9", "10.0.0.0/9", false),
    ])
    func overlaps(first: String, second: String, expected: Bool) throws {
        let (a, b) = (try #require(IPSubnet(first)), try #require(IPSubnet(second)))
        #expect(a.overlaps(b) == expected)
        #expect(b.overlaps(a) == expected)
    }

    @Test(arguments: [
        "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0/8", "::/129", "a/8", "10.0.0.0/+8", "10.0.0.0/8/8",
        "10.0.0.010/8", "",
    ])
    func notNetworks(text: String) {
        #expect(IPSubnet(text) == nil)
    }
}
