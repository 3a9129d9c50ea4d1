import Foundation
import HostFacts
import Testing

struct ProcessFactsTests {
    private static let status = """
        Name:\tcat
        Uid:\t1000\t0\t0\t0
        Gid:\t0\t0\t0\t0
        CapBnd:\t0000003ffeffffff
        CapEff:\t00000000a80425fb
        Seccomp:\t2
        Seccomp_filters:\t1

        """

    private func parse(
        _ status: String = Self.status, uidMap: String = "         0          0 4294967295\n",
        limits: String = ""
    ) -> ProcessFacts {
        .parse(status: status, uidMap: uidMap, limits: limits, lastCapability: 37)
    }

    @Test func status() {
        let facts = parse()
        #expect(facts.userID == 0, "the effective user, which is the second number")
        #expect(facts.effective.contains(.mknod))
        #expect(!facts.effective.contains(.sysAdmin))
        #expect(facts.missingFromBounding == ["CAP_SYS_RESOURCE"])
        #expect(facts.seccompMode == 2)
        #expect(facts.isInitialUserNamespace)
    }

    @Test(arguments: ["0 100000 65536", "0 0 4294967294", "0 0 1\n1 1 4294967294", ""])
    func otherUserNamespaces(map: String) {
        #expect(!parse(uidMap: map).isInitialUserNamespace)
    }

    @Test func nothingKnownMeansNoCapability() {
        let facts = parse("", uidMap: "")
        #expect(facts.effective.bits == 0)
        #expect(facts.missingFromBounding.count == 38)
        #expect(parse("CapEff:\tnonsense\nUid:\nx").effective.bits == 0)
    }

    @Test(arguments: [
        ("Max open files            1024                 524288               files", UInt64(524288)),
        ("Max open files            1024                 unlimited            files", .max),
        ("Max open files", .max), ("Max processes  1 2 x", .max), ("", .max),
    ])
    func openFiles(limits: String, expected: UInt64) {
        #expect(parse(limits: "Limit  Soft Limit  Hard Limit  Units\n" + limits).openFilesLimit == expected)
    }

    @Test func capabilitySets() throws {
        #expect(CapabilitySet.full(upTo: 40).bits == 0x1ff_ffff_ffff)
        #expect(CapabilitySet.full(upTo: 63).bits == .max)
        #expect(CapabilitySet.full(upTo: 99).bits == .max)
        #expect(
            CapabilitySet(bits: 0).missing(from: CapabilitySet(bits: 1 << 39 | 1 << 41)) == [
                "CAP_BPF", "capability 41",
            ])
        let set = CapabilitySet(bits: 0xa804_25fb)
        #expect(try JSONDecoder().decode(CapabilitySet.self, from: JSONEncoder().encode(set)) == set)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(CapabilitySet.self, from: Data("\"xyz\"".utf8))
        }
    }
}
