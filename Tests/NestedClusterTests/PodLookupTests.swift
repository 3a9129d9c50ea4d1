import Testing

@testable import NestedCluster

@Suite struct PodLookupTests {
    @Test func theResolverOfAPod() {
        let resolver = PodLookup.Resolver(
            """
            search default.svc.cluster.local svc.cluster.local cluster.local
            nameserver\t10.246.0.10
            nameserver 10.0.0.1
            options ndots:5
            """)
        #expect(resolver?.server == "10.246.0.10")
        #expect(resolver?.domain == "svc.cluster.local")
    }

    @Test(arguments: [
        "", "nameserver 10.0.0.1\n", "search svc.cluster.local\n", "nameserver\nsearch svc.a\n",
    ])
    func aMachinesResolverIsNone(text: String) {
        #expect(PodLookup.Resolver(text) == nil)
    }
}
