import Testing

@testable import Providers

@Suite struct NamesTests {
    @Test(arguments: ["a", "demo", "ci-1", "0", String(repeating: "x", count: 54)])
    func goodNames(name: String) {
        #expect(ClusterName.problem(with: name) == nil)
    }

    @Test(arguments: ["", "-a", "a-", "A", "a.b", "a_b", "ä", "a b", String(repeating: "x", count: 55)])
    func badNames(name: String) {
        #expect(ClusterName.problem(with: name) != nil)
    }

    @Test(arguments: [
        ("2", 2), ("500m", 0.5), ("4Gi", 4_294_967_296), ("1.5Ki", 1536), ("1e3", 1000), ("1k", 1000),
        (".5", 0.5),
        ("2E", 2e18),
    ])
    func quantities(text: String, value: Double) {
        #expect(Quantity(text)?.value == value)
    }

    @Test(arguments: ["", "x", "4GB", "-1", "1 Gi", "Gi", "1Gii", "nan", "inf"])
    func noQuantities(text: String) {
        #expect(Quantity(text) == nil)
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
