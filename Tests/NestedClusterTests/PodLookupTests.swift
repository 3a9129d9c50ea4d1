import Testing

@testable import NestedCluster

@Suite struct PodLookupTests {
    /// RFC 1035, 4.1: a header of 12 bytes, the name as labels with their lengths, type A, class IN.
    @Test func aQuestionIsOneOfDNS() {
        let query = PodLookup.query("kubernetes.default", identifier: 0x1234)
        #expect(query.prefix(12) == [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        let name: [[UInt8]] = [[10], Array("kubernetes".utf8), [7], Array("default".utf8), [0]]
        #expect(Array(query.dropFirst(12)) == Array(name.joined()) + [0, 1, 0, 1])
    }

    @Test func aLabelIsNeverLongerThanItsLengthSays() {
        let query = PodLookup.query(String(repeating: "a", count: 300), identifier: 0)
        #expect(query[12] == 63)
        #expect(query.count == 12 + 1 + 63 + 5)
    }

    /// An answer with a response code and a count of records.
    private func answer(code: UInt8, records: UInt8, identifier: UInt16 = 7) -> [UInt8] {
        [UInt8(identifier >> 8), UInt8(identifier & 0xff), 0x81, 0x80 | code, 0, 1, 0, records, 0, 0, 0, 0]
    }

    @Test func anAddressIsAnAnswer() {
        #expect(PodLookup.judge(answer(code: 0, records: 1), identifier: 7, name: "a") == .answered)
    }

    @Test(
        arguments: [
            (0, "a: no address"), (2, "a: SERVFAIL"), (3, "a: NXDOMAIN"), (5, "a: REFUSED"),
            (4, "a: response code 4"),
        ] as [(UInt8, String)])
    func noAddressHasAReason(code: UInt8, reason: String) {
        #expect(PodLookup.judge(answer(code: code, records: 0), identifier: 7, name: "a") == .failed(reason))
    }

    @Test func whatIsNotAnAnswerToTheQuestionIsNone() {
        let other = PodLookup.judge(answer(code: 0, records: 1), identifier: 8, name: "a")
        #expect(other == .failed("the answer is not one to the question"))
        let short = PodLookup.judge([0, 7, 0], identifier: 7, name: "a")
        #expect(short == .failed("the answer is not one to the question"))
    }

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
