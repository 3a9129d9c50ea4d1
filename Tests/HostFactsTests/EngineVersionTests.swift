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
