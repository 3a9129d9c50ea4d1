import HostFacts
import Testing

struct MountTests {
    @Test func fieldsOfALine() throws {
        let mount = try #require(
            Mount.parse(
                mountinfo:
                    "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:7 - ext3 /dev/root rw,errors=continue"
            ).first)
        #expect(mount.id == 36)
        #expect(mount.parent == 35)
        #expect(mount.root == "/mnt1")
        #expect(mount.mountPoint == "/mnt2")
        #expect(mount.options == ["rw", "noatime"])
        #expect(mount.propagation == ["master:1", "shared:7"])
        #expect(mount.fileSystem == "ext3")
        #expect(mount.source == "/dev/root")
        #expect(mount.superOptions == ["rw", "errors=continue"])
        #expect(mount.isShared)
        #expect(!mount.isReadOnly)
    }

    @Test(arguments: [
        ("/a\\040b", "/a b"), ("/a\\011b", "/a\tb"), ("/a\\012b", "/a\nb"), ("/a\\134b", "/a\\b"),
        ("/a\\303\\244", "/aä"), ("/ä", "/ä"),
        // Not escapes of the kernel: left as they are.
        ("/a\\", "/a\\"), ("/a\\04", "/a\\04"), ("/a\\999", "/a\\999"), ("/a\\777", "/a\\777"),
    ])
    func escapes(field: String, path: String) {
        let mounts = Mount.parse(mountinfo: "1 2 0:3 / \(field) rw - tmpfs tmpfs rw")
        #expect(mounts.map(\.mountPoint) == [path])
    }

    @Test(arguments: [
        "", "\n\n", "1", "1 2 0:3 / /x rw", "1 2 0:3 / /x rw -", "1 2 0:3 / /x rw - tmpfs",
        "a b c d e f - g h i",
        "1 x 0:3 / /x rw - tmpfs tmpfs rw", "- - - - - - - - -", "99999999999999999999 2 0:3 / /x rw - a b c",
    ])
    func hostileLinesAreLeftOut(line: String) {
        #expect(Mount.parse(mountinfo: line).isEmpty)
        let good = "1 2 0:3 / /x rw - tmpfs tmpfs rw"
        #expect(Mount.parse(mountinfo: "\(good)\n\(line)\n\(good)\n").count == 2)
    }

    @Test func optionsOfTheFileSystemMayBeMissing() {
        #expect(Mount.parse(mountinfo: "1 2 0:3 / /x ro - tmpfs tmpfs").map(\.superOptions) == [[]])
    }

    @Test(arguments: [("ro", "rw", true), ("rw", "ro", true), ("rw", "rw", false), ("rw,nosro", "rw", false)])
    func readOnly(options: String, superOptions: String, expected: Bool) {
        let mounts = Mount.parse(mountinfo: "1 2 0:3 / /x \(options) - tmpfs tmpfs \(superOptions)")
        #expect(mounts.first?.isReadOnly == expected)
    }

    @Test func theLastMountHidesTheOthers() {
        let mounts = Mount.parse(
            mountinfo: """
                1 0 0:1 / / rw - ext4 a rw
                2 1 0:2 / /x rw - tmpfs b rw
                3 2 0:3 / /x rw - tmpfs c rw
                4 3 0:4 / /x/y rw - tmpfs d rw
                """)
        #expect(mounts.visible(at: "/x")?.source == "c")
        #expect(mounts.visible(at: "/z") == nil)
        #expect(mounts.holding(path: "/x/z")?.source == "c")
        #expect(mounts.holding(path: "/x/y/z")?.source == "d")
        #expect(mounts.holding(path: "/xy")?.source == "a")
    }

    @Test(arguments: [
        ("/a/b", "/a", true), ("/a", "/a", true), ("/ab", "/a", false), ("/a", "/a/b", false),
        ("/a", "/", true),
        ("/", "/", true), ("/", "/a", false),
    ])
    func within(path: String, other: String, expected: Bool) {
        #expect(path.isWithin(path: other) == expected)
    }
}
