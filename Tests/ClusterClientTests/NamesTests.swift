import ClusterSpec
import Testing

@testable import ClusterClient

@Suite struct NamesTests {
    @Test(arguments: ["a", "demo", "ci-1", "0", String(repeating: "x", count: 49)])
    func goodNames(name: String) {
        #expect(ClusterName.problem(with: name) == nil)
    }

    @Test(arguments: ["", "-a", "a-", "A", "a.b", "a_b", "ä", "a b", String(repeating: "x", count: 50)])
    func badNames(name: String) {
        #expect(ClusterName.problem(with: name) != nil)
    }

    /// kind calls the load balancer of several control planes NAME-external-load-balancer.
    @Test func severalControlPlanesLeaveLessRoom() {
        let name = String(repeating: "x", count: 41)
        #expect(ClusterName.problem(with: name, controlPlanes: 1) == nil)
        #expect(ClusterName.problem(with: name, controlPlanes: 3) != nil)
        #expect(ClusterName.problem(with: String(name.dropLast()), controlPlanes: 3) == nil)
    }

    @Test func tolerations() {
        #expect(
            Toleration("a=b:NoSchedule").map { [$0.key, $0.value, $0.effect] } == ["a", "b", "NoSchedule"])
        #expect(Toleration("a").map { [$0.key, $0.value, $0.effect] } == ["a", nil, nil])
        #expect(Toleration("*")?.key == "")
        for text in ["", "=b", "a:Never", "*=b", ":NoSchedule"] {
            #expect(Toleration(text) == nil, "\(text)")
        }
    }

    @Test func portsOfTunnelsAreBelowTheEphemeralOnes() {
        let port = TunnelPort.choose(for: "4c5a6f2e-0000-0000-0000-000000000001")
        #expect((20000..<32000).contains(port))
        #expect(TunnelPort.choose(for: "4c5a6f2e-0000-0000-0000-000000000001") == port)
    }
}
