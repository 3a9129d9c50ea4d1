import ClusterSpec
import Formats
import KubernetesAPI
import Testing
import Values

@testable import NestedCluster

@Suite struct KubeadmDocumentsTests {
    private let place = KubeadmDocuments.Place(
        nodeName: "demo-control-plane", address: "10.1.2.3", port: 30001, cgroupRoot: "/kinkajou-x",
        resolverFile: "/run/resolv.conf", givesPodNetworks: true)

    private func documents(
        _ version: KubernetesVersion = KubernetesVersion(1, 20, 2),
        _ change: (inout Cluster) -> Void = { _ in }
    ) throws -> [String: JSONValue] {
        var cluster = Cluster()
        cluster.name = "demo"
        cluster.nodes = [Node()]
        cluster.networking.podSubnet = "10.245.0.0/16"
        cluster.networking.serviceSubnet = "10.246.0.0/16"
        change(&cluster)
        let text = try KubeadmDocuments(cluster, version: version, at: place).text
        return Dictionary(
            try JSONValue.documents(yaml: text).map { ($0["kind"].string ?? "", $0) },
            uniquingKeysWith: { $1 })
    }

    @Test func theDocumentsAreKindsForTheVersion() throws {
        let documents = try documents()
        #expect(
            Set(documents.keys) == [
                "ClusterConfiguration", "InitConfiguration", "KubeletConfiguration", "KubeProxyConfiguration",
            ])
        let cluster = try #require(documents["ClusterConfiguration"])
        #expect(cluster["apiVersion"] == "kubeadm.k8s.io/v1beta2")
        #expect(cluster["controlPlaneEndpoint"] == "10.1.2.3:30001")
        #expect(cluster["networking"]["podSubnet"] == "10.245.0.0/16")
        #expect(documents["InitConfiguration"]?["nodeRegistration"]["name"] == "demo-control-plane")
        #expect(documents["KubeletConfiguration"]?["cgroupRoot"] == "/kinkajou-x")
        #expect(documents["KubeletConfiguration"]?["cgroupDriver"] == "cgroupfs")
    }

    /// From v1beta4 on, arguments are a list.
    @Test func argumentsHaveTheFormOfTheVersion() throws {
        func arguments(_ version: KubernetesVersion) throws -> JSONValue {
            try documents(version)["ClusterConfiguration"]?["controllerManager"]["extraArgs"] ?? .null
        }
        #expect(try arguments(KubernetesVersion(1, 31))["allocate-node-cidrs"] == "false")
        #expect(
            try arguments(KubernetesVersion(1, 36)).array.contains([
                "name": "allocate-node-cidrs", "value": "false",
            ]))
    }

    /// A merge patch without a version is for any, one for another version is passed over, and JSON patches come after.
    @Test func patchesAreAppliedAsKindDoes() throws {
        let documents = try documents { cluster in
            cluster.kubeadmConfigPatches = [
                "kind: ClusterConfiguration\napiServer:\n  extraArgs:\n    v: \"4\"\n",
                "kind: ClusterConfiguration\napiVersion: kubeadm.k8s.io/v1beta3\nclusterName: wrong\n",
                "kind: KubeletConfiguration\nmaxPods: 7\n---\nkind: KubeProxyConfiguration\nmode: ipvs\n",
            ]
            cluster.kubeadmConfigPatchesJSON6902 = [
                TargetedJSONPatch(
                    kind: "ClusterConfiguration",
                    patch: "- op: add\n  path: /apiServer/certSANs/-\n  value: a.b\n"),
                TargetedJSONPatch(
                    group: "kubeadm.k8s.io", version: "v1beta3", kind: "ClusterConfiguration",
                    patch: "- op: remove\n  path: /nothing\n"),
            ]
            cluster.nodes[0].kubeadmConfigPatches = ["kind: KubeletConfiguration\nmaxPods: 8\n"]
        }
        let cluster = try #require(documents["ClusterConfiguration"])
        #expect(cluster["apiServer"]["extraArgs"]["v"] == "4")
        #expect(cluster["clusterName"] == "demo")
        #expect(cluster["apiServer"]["certSANs"] == ["localhost", "10.1.2.3", "a.b"])
        #expect(documents["KubeletConfiguration"]?["maxPods"] == 8)
        #expect(documents["KubeProxyConfiguration"]?["mode"] == "ipvs")
    }

    @Test func aPatchThatCannotBeAppliedIsNamed() {
        #expect {
            try documents { cluster in
                cluster.kubeadmConfigPatchesJSON6902 = [
                    TargetedJSONPatch(kind: "KubeletConfiguration", patch: "- op: remove\n  path: /nothing\n")
                ]
            }
        } throws: { error in
            (error as? ClusterConfigError)?.problems.map(\.field) == ["kubeadmConfigPatchesJSON6902[0]"]
        }
    }

    /// A network of the user's brings its own ranges, or wants those of the controller manager.
    @Test func withoutOurNetworkTheControllerManagerGivesTheRanges() throws {
        var place = place
        place.givesPodNetworks = false
        let text = try KubeadmDocuments(Cluster(), version: KubernetesVersion(1, 20), at: place).text
        #expect(!text.contains("allocate-node-cidrs"))
    }
}
