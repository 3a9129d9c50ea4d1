import Testing

@testable import ClusterSpec

/// What kind's file mounts into nodes, and what stands for it in a Pod or container.
@Suite struct ExtraMountTests {
    private static let file = """
        nodes:
        - extraMounts:
          - {hostPath: ./audit.yaml, containerPath: /etc/kubernetes/audit.yaml, readOnly: true}
          - {hostPath: /certs, containerPath: /certs, readOnly: true, propagation: HostToContainer}
        - role: worker
          extraMounts:
          - {hostPath: /certs, containerPath: /certs, propagation: Bidirectional}
          - {hostPath: /one, containerPath: /one}
          - {hostPath: /in/the/container, containerPath: /two}

        """

    private func spec() throws -> ClusterSpec {
        var spec = ClusterSpec()
        spec.configuration = try KindConfiguration(text: PlanningTests.header + Self.file, file: "f")
        spec.mounts = [
            "./audit.yaml": .copy(files: [CarriedFile(path: "", mode: 0o640, contents: [0, 255, 10])]),
            "/certs": .host(path: "/certs"), "/one": .configMap(name: "c", key: "k"),
        ]
        return spec
    }

    @Test func everySourceHasAPlace() throws {
        let entries = try spec().extraMounts.entries
        #expect(entries.map(\.hostPath) == ["./audit.yaml", "/certs", "/one"])
        #expect(entries.map(\.isReadOnly) == [true, false, false])
        #expect(entries.map(\.propagation) == [nil, .bidirectional, nil])
        #expect(
            entries.map(\.inside) == [
                "/run/kinkajou/cluster/mounts/0", "/var/lib/kinkajou/mounts/1",
                "/var/lib/kinkajou/mounts/2/k",
            ])
    }

    @Test func nodesMountWhatIsInTheContainer() throws {
        let plan = try ClusterPlan(try spec(), in: ClusterSurroundings())
        #expect(
            plan.cluster.nodes.map { $0.extraMounts.map(\.hostPath) } == [
                ["/run/kinkajou/cluster/mounts/0", "/var/lib/kinkajou/mounts/1"],
                ["/var/lib/kinkajou/mounts/1", "/var/lib/kinkajou/mounts/2/k", "/in/the/container"],
            ])
        #expect(
            plan.files == [
                PlannedFile(path: "/run/kinkajou/cluster/mounts/0", contents: [0, 255, 10], mode: 0o640)
            ])
        #expect(plan.notices == [])
    }

    @Test func aDirectoryIsCopiedWithWhatIsInIt() throws {
        var spec = try spec()
        spec.mounts["/certs"] = .copy(files: [
            CarriedFile(path: "", mode: 0o755, contents: nil),
            CarriedFile(path: "a/b", mode: 0o600, contents: Array("x".utf8)),
        ])
        let plan = try ClusterPlan(spec, in: ClusterSurroundings())
        let place = "/run/kinkajou/cluster/mounts/1"
        #expect(plan.files.map(\.path).suffix(2) == [place, place + "/a/b"])
        // A node may write to it: that this is a copy has to be known.
        #expect(plan.notices.contains { $0.hasPrefix("extraMounts of /certs: ") })
    }

    @Test func sourcesTravelWithTheSpec() throws {
        let spec = try spec()
        #expect(try ClusterSpec(text: spec.text(), file: "s") == spec)
    }

    /// What comes from elsewhere writes nothing beside its place.
    @Test(arguments: ["../x", "a/../../x", "/etc/passwd", "a//b", "."])
    func aCopyStaysInItsPlace(path: String) throws {
        var spec = try spec()
        spec.mounts["./audit.yaml"] = .copy(files: [CarriedFile(path: path, mode: 0o640, contents: [1])])
        let text = try spec.text()
        #expect(throws: (any Error).self) { _ = try ClusterSpec(text: text, file: "s") }
    }

    @Test(arguments: [
        ("configmap/a", MountSource.configMap(name: "a", key: nil)),
        ("configmap/a/b.yaml", .configMap(name: "a", key: "b.yaml")),
        ("secret/a/b", .secret(name: "a", key: "b")), ("host", .host(path: "/p")),
    ])
    func aSourceIsRead(text: String, source: MountSource) {
        #expect(MountSource(text, for: "/p") == source)
    }

    @Test(arguments: ["", "configmap", "configmap/", "secret/a/", "secret/a/..", "pvc/a", "configmap/a/b/c"])
    func anotherFormIsNoSource(text: String) { #expect(MountSource(text, for: "/p") == nil) }

    @Test func aPathOfAnotherMachineIsAbsolute() { #expect(MountSource("host", for: "./p") == nil) }
}
