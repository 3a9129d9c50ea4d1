import Foundation
import ImageArchives
import Testing

@testable import PodAgent

@Suite struct ContainerdListingTests {
    @Test(arguments: [
        ("", "overlayfs"),
        (
            """
            [plugins]
              [plugins."io.containerd.grpc.v1.cri"]
                snapshotter = "wrong"
                [plugins."io.containerd.grpc.v1.cri".containerd]
                  discard_unpacked_layers = true
                  snapshotter = "native"
                  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                    snapshotter = ""
            """, "native"
        ),
        (
            """
            [plugins]
              [plugins.'io.containerd.cri.v1.images']
                snapshotter = 'fuse-overlayfs'
                [plugins.'io.containerd.cri.v1.images'.pinned_images]
                  sandbox = 'pause'
              [plugins.'io.containerd.transfer.v1.local']
                snapshotter = 'wrong'
            """, "fuse-overlayfs"
        ),
        ("[plugins.'io.containerd.cri.v1.images']\nsnapshotter = 'a; rm -rf /'", "overlayfs"),
        ("[plugins.'io.containerd.cri.v1.images']\nsnapshotter = ''", "overlayfs"),
    ]) func snapshotters(_ text: String, _ name: String) {
        #expect(ContainerdListing.snapshotter(inConfiguration: text) == name)
    }

    private static func digest(_ number: Int) -> String {
        "sha256:" + String(repeating: "0", count: 62) + String(number + 10)
    }

    /// As containerd 1.6's ctr prints it: three images, of which one is unpacked, one is whole, and one is neither;
    /// the unpacked one has no blobs of layers any more, and came as an index of several platforms.
    @Test func images() throws {
        let d = Self.digest
        let gc = "containerd.io/gc.ref."
        let text = """
            aarch64
            === images
            REF                              TYPE                                                      DIGEST  SIZE     PLATFORMS               LABELS
            docker.io/library/a:1            application/vnd.oci.image.index.v1+json                   \(d(1)) 2.7 MiB  linux/amd64,linux/arm64 io.cri-containerd.image=managed
            docker.io/library/a@\(d(1))      application/vnd.oci.image.index.v1+json                   \(d(1)) 2.7 MiB  linux/amd64,linux/arm64 io.cri-containerd.image=managed
            \(d(3))                          application/vnd.oci.image.index.v1+json                   \(d(1)) 2.7 MiB  linux/amd64,linux/arm64 io.cri-containerd.image=managed
            docker.io/library/b:1            application/vnd.docker.distribution.manifest.v2+json      \(d(20)) 1.0 MiB  linux/arm64 -
            docker.io/library/c:1            application/vnd.docker.distribution.manifest.v2+json      \(d(30)) -        - -
            === content
            DIGEST  SIZE    AGE     LABELS
            \(d(1)) 1.6kB   3 hours \(gc)content.m.0=\(d(8)),\(gc)content.m.1=\(d(2)),containerd.io/distribution.source.docker.io=library/a
            \(d(2)) 529B    3 hours \(gc)content.config=\(d(3)),\(gc)content.l.0=\(d(4))
            \(d(3)) 1.4kB   3 hours \(gc)snapshot.overlayfs=\(d(5))
            \(d(20)) 529B   1 second \(gc)content.config=\(d(21)),\(gc)content.l.0=\(d(22)),\(gc)content.l.1=\(d(23))
            \(d(21)) 1.4kB  1 second -
            \(d(22)) 1.4kB  1 second -
            \(d(23)) 1.4kB  1 second containerd.io/uncompressed=\(d(24))
            \(d(30)) 529B   1 second \(gc)content.config=\(d(31)),\(gc)content.l.0=\(d(32))
            \(d(31)) 1.4kB  1 second \(gc)snapshot.overlayfs=\(d(33))
            === snapshots
            KEY     PARENT  KIND
            \(d(5))         Committed
            \(d(6)) \(d(5)) Committed
            1234567890abcdef \(d(5)) Active
            """
        let listing = ContainerdListing(text, snapshotter: "overlayfs")
        #expect(listing.platform.description == "linux/arm64")
        let images = listing.images
        #expect(images.map(\.id.description) == [d(3), d(21), d(31)])
        #expect(
            images.map(\.names) == [
                ["docker.io/library/a:1", "docker.io/library/a@\(d(1))"], ["docker.io/library/b:1"],
                ["docker.io/library/c:1"],
            ])
        #expect(images.map(\.isComplete) == [true, true, false])
        #expect(listing.unpacked.map(\.description) == [d(3)])
        #expect(listing.content.blobs.count == 9)
        #expect(Set(listing.content.chains.map(\.description)) == [d(5), d(6)])
        #expect(listing.targets["docker.io/library/a:1"]?.description == d(1))
        // Unpacked elsewhere does not count.
        #expect(
            ContainerdListing(text, snapshotter: "native").images.map(\.isComplete) == [false, true, false])
    }

    @Test(arguments: ["", "x86_64", "=== images\n\n=== content\nsha256:1 2 3 4\n=== snapshots\nCommitted"])
    func nothing(_ text: String) {
        let listing = ContainerdListing(text, snapshotter: "overlayfs")
        #expect(listing.images.isEmpty && listing.content == PresentContent())
    }

    @Test func whatAllNodesHold() throws {
        let (a, b, c) = (ContentDigest(of: [1]), ContentDigest(of: [2]), ContentDigest(of: [3]))
        func node(_ name: String, _ content: PresentContent, _ isComplete: Bool) throws -> NodeImages {
            NodeImages(
                name: name, platform: try #require(ImagePlatform("linux/amd64")), snapshotter: "overlayfs",
                images: [.init(id: a, names: ["x"], isComplete: isComplete)], content: content)
        }
        let one = try node("one", PresentContent(blobs: [a, b], chains: [c]), true)
        let two = try node("two", PresentContent(blobs: [b, c], chains: [a, c]), false)
        let both = ClusterImages(cluster: "kind", nodes: [one, two])
        #expect(both.common == PresentContent(blobs: [b], chains: [c]))
        #expect(!both.haveImage(a, named: "x"))
        #expect(ClusterImages(cluster: "kind", nodes: [one]).haveImage(a, named: "x"))
        #expect(!ClusterImages(cluster: "kind", nodes: []).haveImage(a, named: "x"))
        let json = try JSONEncoder().encode(both)
        #expect(try JSONDecoder().decode(ClusterImages.self, from: json) == both)
    }
}
