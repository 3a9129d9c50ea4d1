import HostFacts
import Testing

struct EngineSocketsTests {
    /// /proc/net/unix of a container with dockerd 20.10 in it, cut; the client's end of a connection has the path too.
    private let text = """
        Num       RefCount Protocol Flags    Type St Inode Path
        00000000511a6cd5: 00000002 00000000 00010000 0001 01 140302 /var/run/docker/metrics.sock
        00000000f0b4a6a9: 00000002 00000000 00010000 0001 01 140316 /var/run/docker/libnetwork/0c5a9a1d5f3e.sock
        0000000025f06717: 00000003 00000000 00000000 0001 03  1570
        00000000b1f9daea: 00000003 00000000 00000000 0001 03 101012 /var/run/docker/libnetwork/0c5a9a1d5f3e.sock
        000000007e66c1b7: 00000002 00000000 00010000 0001 01 71238 @kinkajou/engine
        00000000ec14fc1d: 00000002 00000000 00010000 0001 01 101004 /run/proxy/docker.sock
        """

    @Test func enginesAreKnownByTheirSockets() {
        #expect(
            EngineSockets.parse(text) == [
                "/var/run/docker/libnetwork/0c5a9a1d5f3e.sock", "@kinkajou/engine",
            ])
    }

    @Test(arguments: ["", "Num\n", "Num\nx", "Num\na b c zz e f g /x/libnetwork/y.sock", "\0\n\0"])
    func hostileInput(text: String) {
        #expect(EngineSockets.parse(text).isEmpty)
    }
}
