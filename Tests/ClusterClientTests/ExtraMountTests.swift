import ClusterSpec
import Foundation
import Testing
import Values

@testable import ClusterClient

/// How what kind's file mounts gets into a Pod or container.
@Suite struct ExtraMountTests {
    private func spec(_ mounts: [Mount], from sources: [String: MountSource] = [:]) throws -> ClusterSpec {
        var cluster = Cluster()
        cluster.nodes = [Node()]
        cluster.nodes[0].extraMounts = mounts
        var spec = ClusterSpec()
        spec.name = "demo"
        spec.configuration = try KindConfiguration(text: cluster.yaml(), file: "f")
        spec.mounts = sources
        return spec
    }

    @Test func aPodHasAVolumeForEachSource() throws {
        let mounts = [
            Mount(hostPath: "./a", containerPath: "/a"), Mount(hostPath: "/b", containerPath: "/b"),
            Mount(hostPath: "/c", containerPath: "/c"),
            Mount(
                hostPath: "/d", containerPath: "/d", readOnly: true, propagation: .hostToContainer),
        ]
        let request = try spec(
            mounts,
            from: [
                "./a": .copy(files: [CarriedFile(path: "", mode: 0o644, contents: [1])]),
                "/b": .configMap(name: "m", key: "k"), "/c": .secret(name: "s", key: nil),
                "/d": .host(path: "/d"),
            ])
        let pod = ClusterObjects(request, namespace: "ci", creation: "one").pod(owner: nil)["spec"]
        #expect(
            pod["volumes"].array.dropFirst(3) == [
                ["name": "extra-1", "configMap": ["name": "m"]],
                ["name": "extra-2", "secret": ["secretName": "s"]],
                ["name": "extra-3", "hostPath": ["path": "/d"]],
            ])
        let place = "/var/lib/kinkajou/mounts"
        #expect(
            pod["containers"][0]["volumeMounts"].array.dropFirst(3) == [
                ["name": "extra-1", "mountPath": .string(place + "/1"), "readOnly": true],
                ["name": "extra-2", "mountPath": .string(place + "/2"), "readOnly": true],
                [
                    "name": "extra-3", "mountPath": .string(place + "/3"), "readOnly": true,
                    "mountPropagation": "HostToContainer",
                ],
            ])
    }

    @Test func dockerMountsThePathsOfThisMachine() throws {
        var request = try spec([
            Mount(hostPath: "./a", containerPath: "/a", readOnly: true),
            Mount(hostPath: "/b", containerPath: "/b", propagation: .bidirectional),
        ])
        request.mounts = try DockerProvider.mounts(of: request, in: "/home/me")
        #expect(
            DockerProvider.volumes(of: request) == [
                "--volume", "/home/me/./a:/var/lib/kinkajou/mounts/0:ro",
                "--volume", "/b:/var/lib/kinkajou/mounts/1:rshared",
            ])
        request.mounts["/b"] = .configMap(name: "m", key: nil)
        let error = #expect(throws: KinkajouError.self) {
            _ = try DockerProvider.mounts(of: request, in: "/")
        }
        #expect(error?.code == .usage)
    }

    private func temporary() throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/kinkajou-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test func aDirectoryOfThisMachineIsCopied() throws {
        let directory = try temporary()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(
            atPath: directory + "/in", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o750])
        try Data([0, 254]).write(to: URL(filePath: directory + "/in/file"))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o640], ofItemAtPath: directory + "/in/file")
        try FileManager.default.createSymbolicLink(
            atPath: directory + "/link", withDestinationPath: "in/file")
        var local = LocalMount()
        guard case .copy(let files) = try local.copy(of: directory) else { return }
        #expect(files.map(\.path) == ["", "in", "in/file", "link"])
        #expect(files.dropFirst().map(\.mode) == [0o750, 0o640, 0o640])
        #expect(files.map(\.contents) == [nil, nil, [0, 254], [0, 254]])
        #expect(local.remaining == ExtraMounts.carriedLimit - 4)
        try FileManager.default.createSymbolicLink(atPath: directory + "/loop", withDestinationPath: ".")
        let refused = #expect(throws: KinkajouError.self) { _ = try local.copy(of: directory) }
        #expect(refused?.summary.contains("/loop is a link to a directory") == true)
    }

    /// All that travels together counts, and what cannot travel is refused with the other choices.
    @Test func whatCannotTravelIsRefused() throws {
        let directory = try temporary()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Data(count: 60).write(to: URL(filePath: directory + "/file"))
        var local = LocalMount(limit: 100)
        _ = try local.copy(of: directory + "/file")
        for path in [directory + "/file", directory + "/none", "/dev/null"] {
            let error = #expect(throws: KinkajouError.self) { _ = try local.copy(of: path) }
            #expect(error?.code == .usage)
            for choice in ["--extra-mount \(path)=configmap/NAME", "secret/NAME", "\(path)=host"] {
                #expect(error?.cure.contains(choice) == true, "\(error?.cure ?? "")")
            }
        }
    }
}
