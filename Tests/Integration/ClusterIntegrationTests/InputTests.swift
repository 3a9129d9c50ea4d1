import Foundation
import TestSupport
import Testing

/// What is wrong is said before anything starts; no engine and no root are needed for that.
struct InputTests {
    static let configurations: [(String, String)] = [
        ("kind: Cluster\n", "apiVersion"),
        ("kind: Pod\napiVersion: kind.x-k8s.io/v1alpha4\n", "Cluster"),
        (head + "nodes:\n- role: master\n", "config.yaml:4"),
        (head + "nodez: []\n", "config.yaml:3"),
        (head + "networking:\n  podSubnet: everything\n", "config.yaml:4"),
        (head + "networking:\n  apiServerPort: 99999\n", "99999"),
        (head + "networking:\n  podSubnet: 10.1.0.0/16\n  serviceSubnet: 10.1.2.0/24\n", "overlaps"),
        (head + "nodes:\n- role: worker\n", "control"),
        (head + "nodes: [\n", "config.yaml"),
        (head + "name: UPPER\n", "UPPER"),
        (head + "kubeadmConfigPatches:\n- |\n  kind: ClusterKonfiguration\n", "ClusterKonfiguration"),
    ]
    static let head = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"

    @Test(arguments: configurations)
    func aBrokenConfigurationIsRefused(text: String, part: String) throws {
        let directory = FileManager.default.temporaryDirectory.path + "/kinkajou-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try text.write(toFile: directory + "/config.yaml", atomically: true, encoding: .utf8)
        let result = try run("--config", directory + "/config.yaml")
        #expect(result.status == 64, "\(result)")
        #expect(result.errors.hasPrefix("error: "), "\(result)")
        #expect(result.errors.contains(part), "\(result)")
        #expect(result.output.isEmpty)
    }

    @Test(arguments: [
        ["--wait-for", "everything"], ["--wait", "soon"], ["--config", "/nowhere/kind.yaml"],
        ["--pod-subnet", "10.0.0.0"], ["--api-server-address", "here"], ["--cert-san", "not a name"],
        ["--status-address", "nowhere"], ["--no-such-option"],
    ])
    func aBadOptionIsRefused(options: [String]) throws {
        let result = try run(options)
        #expect(result.status == 64, "\(result)")
        #expect(!result.errors.isEmpty && result.output.isEmpty, "\(result)")
    }

    private func run(_ options: String...) throws -> Command.Result { try run(options) }

    private func run(_ options: [String]) throws -> Command.Result {
        try Command.run([BuiltBinary.path("kinkajou"), "cluster"] + options + ["--", "true"])
    }
}
