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
        #expect(PacketFilterBackendFacts(command: "/x", ruleCount: 0, natError: nil).isUsable)
        #expect(!PacketFilterBackendFacts(command: "/x", ruleCount: 0, natError: "no").isUsable)
        #expect(!PacketFilterBackendFacts(command: nil, ruleCount: 0, natError: nil).isUsable)
    }
}
