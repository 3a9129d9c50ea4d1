import ImageArchives
import Testing

@testable import ClusterNodes

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
}
