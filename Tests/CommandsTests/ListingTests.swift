import ClusterClient
import Formats
import Foundation
import KubernetesAPI
import Testing
import Values

@testable import Commands

/// What lists look like, letter by letter: scripts depend on it.
@Suite struct ListingTests {
    @Test(arguments: [
        (0, "0.0"), (1 << 20, "1.0"), (1_600_000, "1.5"), (10 << 20, "10"), (345 << 20, "345"),
        (Int64.max, "8796093022207"),
    ])
    func sizesAreInMebibytes(bytes: Int64, text: String) {
        #expect(ImageLoader.mebibytes(bytes) == text)
    }

    private static let now = Date(timeIntervalSince1970: 1_700_000_000)

    private static let clusters: [ClusterRecord] = {
        var demo = ClusterRecord(name: "demo", namespace: "ci", status: .ready)
        demo.nodes = 1
        demo.nodeImage = "kinkajou/node:v1.20.2"
        demo.created = "2023-11-14T22:12:38Z"
        demo.host = "worker-1"
        demo.address = "10.244.1.7"
        demo.lifetime = 3600
        demo.owner = "pod/job-1"
        var broken = ClusterRecord(name: "pr-1234", namespace: "ci", status: .failed)
        broken.reason = "out of memory"
        broken.created = "2023-11-14T19:00:00Z"
        return [demo, broken]
    }()

    @Test(arguments: [
        (ListFormat.name, "demo\npr-1234\n"),
        (
            .wide,
            """
            NAME      STATUS   NODES   AGE   TTL   HOST       ADDRESS      REASON
            demo      Ready    1       42s   60m   worker-1   10.244.1.7   \("")
            pr-1234   Failed   -       3h    -     -          -            out of memory

            """
        ),
        (
            .json,
            """
            [
              {
                "address": "10.244.1.7",
                "created": "2023-11-14T22:12:38Z",
                "host": "worker-1",
                "name": "demo",
                "namespace": "ci",
                "nodeImage": "kinkajou/node:v1.20.2",
                "nodes": 1,
                "owner": "pod/job-1",
                "status": "Ready",
                "ttlSeconds": 3600
              },
              {
                "created": "2023-11-14T19:00:00Z",
                "name": "pr-1234",
                "namespace": "ci",
                "reason": "out of memory",
                "status": "Failed"
              }
            ]

            """
        ),
    ]) func clusters(format: ListFormat, expected: String) {
        #expect(GetClustersCommand.listing(Self.clusters, now: Self.now).text(format) == expected)
    }

    @Test func noClustersAreNoLines() {
        let none = GetClustersCommand.listing([], now: Self.now)
        #expect(none.text(.name) == "")
        #expect(none.text(.wide) == "")
        #expect(none.text(.json) == "[]\n")
    }

    @Test func theYAMLIsTheJSON() throws {
        let listing = GetClustersCommand.listing(Self.clusters, now: Self.now)
        #expect(try JSONValue(yaml: listing.text(.yaml)) == JSONValue(yaml: listing.text(.json)))
    }

    @Test func nodes() throws {
        let nodes = try JSONValue(
            yaml: """
                - {name: demo-control-plane, cluster: demo, role: control-plane, status: running,
                   kubernetesVersion: v1.20.2, ip: 172.18.0.2, image: "kinkajou/node:v1.20.2"}
                - {name: demo-worker, cluster: demo, role: worker, status: exited}
                """
        ).array
        let listing = GetNodesCommand.listing(nodes)
        #expect(listing.text(.name) == "demo-control-plane\ndemo-worker\n")
        #expect(
            listing.text(.wide) == """
                NAME                 CLUSTER   ROLE            STATUS    VERSION   ADDRESS      IMAGE
                demo-control-plane   demo      control-plane   running   v1.20.2   172.18.0.2   kinkajou/node:v1.20.2
                demo-worker          demo      worker          exited    -         -            -

                """)
    }
}
