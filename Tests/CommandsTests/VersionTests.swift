import Testing

@testable import Commands

/// What the programs print that `kinkajou version` asks, recorded.
@Suite struct VersionTests {
    @Test(
        arguments: [
            ("kind v0.33.0 go1.26.1 linux/amd64\n", "v0.33.0"),
            ("Client Version: v1.36.4\nKustomize Version: v5.7.1\n", "v1.36.4"),
            ("Docker version 26.1.5+dfsg1, build a72d7cd\n", "26.1.5+dfsg1"),
            ("containerd github.com/containerd/containerd 1.7.24~ds1 1.7.24~ds1-6+b4\n", "1.7.24~ds1"),
            ("runc version 1.1.15+ds1\ncommit: 1.1.15+ds1-2+b4\n", "1.1.15+ds1"),
            ("", nil), ("usage: x\n", nil),
        ] as [(String, String?)])
    func aProgramSaysItsVersion(output: String, version: String?) {
        #expect(VersionCommand.version(in: output) == version)
    }
}
