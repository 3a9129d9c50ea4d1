import Formats
import KubernetesAPI
import Testing
import Values

@testable import NestedCluster

@Suite struct PodNetworkTests {
    @Test func theNodeHasTheFirstPart() throws {
        let network = try #require(PodNetwork(subnet: "10.245.0.0/16", mtu: 1400))
        #expect("\(network.node)" == "10.245.0.0/24")
        let plugins = try JSONValue(yaml: network.configuration)["plugins"].array
        #expect(plugins.map(\.["type"]) == ["ptp", "portmap"])
        #expect(plugins[0]["mtu"] == 1400)
        #expect(plugins[0]["ipam"]["ranges"] == [[["subnet": "10.245.0.0/24"]]])
    }

    @Test func aSmallNetworkIsTheNodesAltogether() {
        #expect(PodNetwork(subnet: "10.1.0.0/26", mtu: 1500).map { "\($0.node)" } == "10.1.0.0/26")
        #expect(PodNetwork(subnet: "fd00::/64", mtu: 1500) == nil)
    }

    /// Pods see each other's own addresses; only what leaves the cluster is masqueraded.
    @Test func whatStaysInTheClusterIsReturnedFirst() throws {
        let rules = try #require(PodNetwork(subnet: "10.245.0.0/16", mtu: 1500)).masquerading
        let lines = rules.split(separator: "\n")
        let stays = try #require(lines.firstIndex { $0.hasSuffix("-d 10.245.0.0/16 -j RETURN") })
        let leaves = try #require(lines.firstIndex { $0.contains("-s 10.245.0.0/16") })
        #expect(stays < leaves)
    }
}
