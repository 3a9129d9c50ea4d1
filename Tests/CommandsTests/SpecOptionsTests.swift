import ArgumentParser
import ClusterSpec
import EnginePlan
import Foundation
import Testing
import Values

@testable import Commands

/// Options, variables and a spec that was handed over, as one value.
@Suite struct SpecOptionsTests {
    private func inside(_ words: [String], _ environment: [String: String] = [:]) throws -> ClusterSpec {
        try ClusterCommand.parse(words).merged(environment: environment)
    }

    private func outside(_ words: [String], _ environment: [String: String] = [:]) throws -> ClusterSpec {
        let command = try CreateClusterCommand.parse(words)
        return try command.creation.merged(
            name: command.name, usualAccess: .tunnel, environment: environment)
    }

    /// The variables of the original image are another way of making the same value.
    @Test func variablesOfTheOriginalImage() throws {
        let variables = [
            "API_SERVER_ADDRESS": "10.0.0.7", "CERT_SANS": "a.example,b.example",
            "KIND_NODE_IMAGE": "node:v1",
            "KIND_CLUSTER_NAME": "ci", "DOCKERD_BIP": "172.17.1.1/24", "DOCKERD_MTU": "1400",
            "HOME": "/home/u",
        ]
        let spec = try inside([], variables)
        #expect(spec.apiServer.address == "10.0.0.7")
        #expect(spec.apiServer.certificateNames == ["a.example", "b.example"])
        #expect(spec.nodeImage == "node:v1")
        #expect(spec.name == "ci")
        #expect(spec.engine.bridgeAddress?.value == "172.17.1.1/24")
        #expect(spec.engine.mtu == Setting(1400, from: .environment))
        #expect(spec.kubeconfig == "/home/u/.kube/config")
        let words = [
            "--api-server-address", "10.0.0.8", "--cert-san", "c", "--image", "o", "--name", "n", "--bip",
            "172.18.1.1/24", "--mtu", "1300", "--kubeconfig", "/k",
        ]
        let both = try inside(words, variables)
        #expect(both.apiServer.address == "10.0.0.8")
        #expect(both.apiServer.certificateNames == ["c"])
        #expect(both.nodeImage == "o")
        #expect(both.name == "n")
        #expect(both.engine.bridgeAddress?.value == "172.18.1.1/24")
        #expect(both.engine.mtu == Setting(1300, from: .flag))
        #expect(both.kubeconfig == "/k")
    }

    @Test func variablesThatAreEmptySayNothing() throws {
        let variables = [
            "KIND_CLUSTER_NAME": "", "KIND_NODE_IMAGE": "", "CERT_SANS": "", "API_SERVER_ADDRESS": "",
        ]
        #expect(try outside([], variables).name == "kind")
        #expect(try outside([], variables).nodeImage == nil)
        #expect(try inside([], variables).apiServer == ClusterSpec.APIServer())
    }

    /// The same options mean the same at both ends.
    @Test(arguments: [
        (["--wait", "2m"], ReadinessLevel.pod, Int64(120)), (["--wait", "0s"], .none, 300),
        (["--wait-for", "node"], .node, 300), (["--wait-for", "none", "--wait", "10"], .none, 10),
        ([], .pod, 300),
    ])
    func waiting(words: [String], level: ReadinessLevel, seconds: Int64) throws {
        for spec in [try inside(words), try outside(words)] {
            #expect(spec.waitFor == level)
            #expect(spec.waitSeconds == seconds)
        }
    }

    @Test func nothingAskedForIsTheDefault() throws {
        #expect(try outside([]) == ClusterSpec())
    }

    @Test func aNameLeavesRoomForTheLoadBalancer() throws {
        let file = FileManager.default.temporaryDirectory.path + "/kinkajou-\(UUID().uuidString).yaml"
        try """
        kind: Cluster
        apiVersion: kind.x-k8s.io/v1alpha4
        nodes: [{role: control-plane}, {role: control-plane}]
        """.write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let long = String(repeating: "a", count: 41)
        #expect(try outside(["--name", long]).name == long)
        #expect(throws: KinkajouError.self) { _ = try outside(["--name", long, "--config", file]) }
    }

    @Test func nodesAreAConfiguration() throws {
        #expect(try outside(["--nodes", "3"]).nodeCount == 3)
        #expect(try outside(["--nodes", "1"]).configuration == nil)
    }

    @Test func sourcesOfMounts() throws {
        let file = FileManager.default.temporaryDirectory.path + "/kinkajou-\(UUID().uuidString).yaml"
        try """
        kind: Cluster
        apiVersion: kind.x-k8s.io/v1alpha4
        nodes: [{extraMounts: [{hostPath: /a=b, containerPath: /x}, {hostPath: /c, containerPath: /y}]}]
        """.write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let words = ["--config", file, "--extra-mount", "/a=b=configmap/m/k", "--extra-mount", "/c=host"]
        #expect(
            try outside(words).mounts == ["/a=b": .configMap(name: "m", key: "k"), "/c": .host(path: "/c")])
        for wrong in ["/d=host", "/c", "/c=pvc/x"] {
            let error = #expect(throws: KinkajouError.self) {
                _ = try outside(["--config", file, "--extra-mount", wrong])
            }
            #expect(error?.code == .usage, "\(wrong)")
        }
    }

    @Test(arguments: [
        ["--ttl", "0"], ["--ttl", "-1h"], ["--env", "=x"], ["--env", ""],
        ["--memory", "99999999999999999999"],
        ["--memory", "4GB"], ["--cpu", "0"], ["--node-selector", "a"], ["--wait-for", "everything"],
        ["--toleration", ":x"], ["--access", "magic"],
    ])
    func badOptionsAreRefused(words: [String]) {
        #expect(throws: (any Error).self) { _ = try outside(words) }
    }

    /// The option wins over the variable, at both ends; a word that is none is refused.
    @Test func theEngineIsASetting() throws {
        let variables = ["KINKAJOU_ENGINE": "node"]
        #expect(try inside([], variables).madeBy == .node && outside([], variables).madeBy == .node)
        #expect(try outside(["--engine", "kind"], variables).madeBy == .kind)
        let error = #expect(throws: KinkajouError.self) {
            try outside([], ["KINKAJOU_ENGINE": "docker"])
        }
        #expect(error?.code == .usage && error?.cure.contains("kind or node") == true)
    }

    /// The image of the Pod itself is chosen by the client; one of kind's is left to what is in the Pod.
    @Test func theNodeImageOfAPodThatIsTheNode() throws {
        let local = try outside(["--engine", "node"])
        #expect(local.madeBy == .node && local.nodeImage == Defaults.nodeImage)
        #expect(local.containerImage == Defaults.nodeImage)
        let published = try outside(["--engine", "node", "--pod-image", "registry.example/pod:1"])
        #expect(published.nodeImage == Defaults.publishedNodeImage)
        #expect(try outside(["--engine", "node", "--image", "a:1"]).containerImage == "a:1")
        let kind = try outside([])
        #expect(kind.madeBy == .kind && kind.nodeImage == nil && kind.containerImage == Defaults.podImage)
    }

    /// What it cannot do is refused by the client, before anything is made.
    @Test func whatTheEngineNodeCannotDoIsRefused() throws {
        let error = #expect(throws: KinkajouError.self) { try outside(["--engine", "node", "--nodes", "3"]) }
        #expect(error?.code == .usage)
        #expect(error?.summary.contains("several nodes") == true)
        #expect(error?.cure.contains("--engine kind") == true)
        #expect(try outside(["--nodes", "3"]).nodeCount == 3)
    }
}
