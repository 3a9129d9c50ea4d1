import Foundation
import TestSupport
import Testing

/// `scripts/host-cluster` with what a user brings: a configuration for kind, and another node image.
@Suite(.serialized, .needs(.nodeImage, .binaries)) struct HostClusterScriptTests {
    private let name = "kj-host-" + String(UInt32.random(in: .min ... .max), radix: 36)

    private func script(_ verb: String, _ variables: [String: String]) throws -> Command.Result {
        var environment = ProcessInfo.processInfo.environment
        environment["KINKAJOU_HOST"] = name
        environment["KINKAJOU_KUBECONFIG"] =
            FileManager.default.temporaryDirectory.path + "/\(name)/kubeconfig"
        environment.merge(variables) { $1 }
        var setup = ChildProcess.Setup("bash", [HostCluster.repository + "/scripts/host-cluster", verb])
        setup.environment = environment.map { "\($0)=\($1)" }
        return try Command.run(setup, seconds: 400)
    }

    private func nodes() throws -> [String] {
        try Command.require(
            "docker", "exec", "\(name)-control-plane", "kubectl", "--kubeconfig",
            "/etc/kubernetes/admin.conf",
            "get", "nodes", "--no-headers"
        ).split(separator: "\n").map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
    }

    /// The configuration is used as it is, with several nodes, and the image is every node's.
    @Test(arguments: [true, false])
    func whatAUserBringsIsUsed(hasConfiguration: Bool) throws {
        let before = HostSnapshot.take()
        let image = "\(name)/other:1"
        let file = FileManager.default.temporaryDirectory.path + "/\(name).yaml"
        defer {
            _ = try? script("down", [:])
            _ = try? Command.run(["docker", "rmi", image])
            try? FileManager.default.removeItem(atPath: file)
        }
        try Command.require("docker", "tag", ImageUnderTest.node.name, image)
        try """
        kind: Cluster
        apiVersion: kind.x-k8s.io/v1alpha4
        nodes: [{role: control-plane}, {role: worker}]
        """.write(toFile: file, atomically: true, encoding: .utf8)
        let made = try script(
            "create", hasConfiguration ? ["KIND_CONFIG": file, "NODE_IMAGE": image] : ["NODE_IMAGE": image])
        #expect(made.status == 0, "\(made)")
        #expect(
            try nodes()
                == ["\(name)-control-plane Ready"] + (hasConfiguration ? ["\(name)-worker Ready"] : []))
        let images = try Command.require(
            "docker", "ps", "--filter", "label=io.x-k8s.kind.cluster=\(name)", "--format", "{{.Image}}")
        #expect(Set(images.split(separator: "\n").map(String.init)) == [image])
        // Once more: what is there is kept.
        for verb in ["create", "down"] {
            let result = try script(verb, ["NODE_IMAGE": image])
            #expect(result.status == 0, "\(result)")
        }
        #expect(HostSnapshot.left(since: before, after: 30).filter { !$0.contains(image) } == [])
    }
}
