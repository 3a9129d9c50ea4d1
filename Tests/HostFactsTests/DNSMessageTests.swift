import HostFacts
import Testing

@Suite struct DNSMessageTests {
    /// RFC 1035, 4.1: a header of 12 bytes, the name as labels with their lengths, type A, class IN.
    @Test func aQuestionIsOneOfDNS() {
        let query = DNSMessage.query("kubernetes.default", .address, identifier: 0x1234)
        #expect(query.prefix(12) == [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        let name: [[UInt8]] = [[10], Array("kubernetes".utf8), [7], Array("default".utf8), [0]]
        #expect(Array(query.dropFirst(12)) == Array(name.joined()) + [0, 1, 0, 1])
    }

    @Test func aLabelIsNeverLongerThanItsLengthSays() {
        let query = DNSMessage.query(String(repeating: "a", count: 300), .address, identifier: 0)
        #expect(query[12] == 63)
        #expect(query.count == 12 + 1 + 63 + 5)
    }

    /// An answer with a response code and a count of records.
    private func answer(code: UInt8, records: UInt8, identifier: UInt16 = 7) -> [UInt8] {
        [UInt8(identifier >> 8), UInt8(identifier & 0xff), 0x81, 0x80 | code, 0, 1, 0, records, 0, 0, 0, 0]
    }

    private let question = DNSMessage.query("a", .address, identifier: 7)

    @Test func anAddressIsAnAnswer() {
        #expect(DNSMessage.failure(in: answer(code: 0, records: 1), to: question) == nil)
    }

    @Test(
        arguments: [
            (0, "no address"), (2, "SERVFAIL"), (3, "NXDOMAIN"), (5, "REFUSED"), (4, "response code 4"),
        ] as [(UInt8, String)])
    func noAddressHasAReason(code: UInt8, reason: String) {
        #expect(DNSMessage.failure(in: answer(code: code, records: 0), to: question) == reason)
    }

    @Test func whatIsNotAnAnswerToTheQuestionIsNone() {
        for bytes in [answer(code: 0, records: 1, identifier: 8), [0, 7, 0], []] {
            #expect(DNSMessage.failure(in: bytes, to: question) == "the answer is not one to the question")
        }
    }

    @Test func anotherTypeIsAsked() {
        #expect(DNSMessage.query("", .nameServer, identifier: 1).suffix(5) == [0, 0, 2, 0, 1])
        #expect(DNSMessage.query("a", .addressIPv6, identifier: 1).suffix(5) == [0, 0, 28, 0, 1])
    }
}
