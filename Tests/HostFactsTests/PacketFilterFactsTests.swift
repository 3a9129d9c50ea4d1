import HostFacts
import Testing

struct PacketFilterFactsTests {
    @Test func rulesOfASave() {
        let save =
            "# x\n*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j DOCKER\n-A DOCKER -j RETURN\nCOMMIT\n"
        #expect(PacketFilterBackendFacts.ruleCount(inSave: save) == 2)
        #expect(PacketFilterBackendFacts.ruleCount(inSave: "") == 0)
    }

    @Test func usable() {
        #expect(PacketFilterBackendFacts(command: "/x").isUsable)
        #expect(!PacketFilterBackendFacts(command: "/x", failures: [.addressType: "no"]).isUsable)
        #expect(PacketFilterBackendFacts(command: "/x", failures: [.raw: "no"]).isUsable)
        #expect(!PacketFilterBackendFacts(command: nil).isUsable)
    }
}
