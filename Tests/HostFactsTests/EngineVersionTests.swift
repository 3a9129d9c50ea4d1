import HostFacts
import Testing

struct EngineVersionTests {
    @Test(arguments: [
        ("Docker version 26.1.5+dfsg1, build a72d7cd", "26.1"),
        ("Docker version 20.10.24+dfsg1, build 297e128\n", "20.10"),
        ("Docker version 29.0.0-rc.1, build x", "29.0"), ("Docker version 28.2, build x", "28.2"),
    ])
    func versions(output: String, expected: String) {
        #expect(EngineVersion(versionOutput: output)?.description == expected)
    }

    @Test(arguments: [
        "", "Docker version dev", "26", "Docker version 26", "Docker version 26.x", "½.1", "1.",
    ])
    func noVersions(output: String) {
        #expect(EngineVersion(versionOutput: output) == nil)
    }

    @Test func order() {
        #expect(EngineVersion(major: 20, minor: 10) < EngineVersion(major: 23, minor: 0))
        #expect(EngineVersion(major: 26, minor: 0) < EngineVersion(major: 26, minor: 1))
        #expect(EngineVersion(major: 28, minor: 0) >= EngineVersion(major: 27, minor: 5))
    }
}

struct KernelParserTests {
    @Test func fileSystems() {
        #expect(
            KernelFacts.parseFileSystems("nodev\tsysfs\n\text4\nnodev\toverlay\n") == [
                "sysfs", "ext4", "overlay",
            ])
        #expect(KernelFacts.parseFileSystems("").isEmpty)
    }

    @Test func modules() {
        #expect(
            KernelFacts.parseModules(
                "br_netfilter 36864 0 - Live 0x0\nbridge 385024 1 br_netfilter, Live 0x0\n")
                == ["br_netfilter", "bridge"])
        #expect(KernelFacts.parseModules("").isEmpty)
    }

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
