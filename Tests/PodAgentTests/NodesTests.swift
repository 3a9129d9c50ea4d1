import ClusterSpec
import Testing
import Values

@testable import PodAgent

/// What `kinkajou inside` knows of a container that is the node itself.
@Suite struct NodesTests {
    private let node = OwnNode(
        cluster: "demo", name: "demo-control-plane", image: "kindest/node:v1.37.0",
        kubernetesVersion: "v1.37.0",
        address: "10.0.0.7")

    @Test func itIsTheOnlyNode() async throws {
        let nodes = Nodes(of: "demo", runtime: .own(node))
        let all = try await nodes.listWithVersions()
        #expect(
            all == [
                ClusterNode(
                    name: "demo-control-plane", role: "control-plane", status: "running",
                    image: "kindest/node:v1.37.0", kubernetesVersion: "v1.37.0", ip: "10.0.0.7")
            ])
        #expect(try await nodes.running().map(\.name) == ["demo-control-plane"])
        let error = await #expect(throws: KinkajouError.self) { try await nodes.running(["other"]) }
        #expect(error?.cure.contains("demo-control-plane") == true)
    }

    @Test func anotherClusterIsNotHere() async {
        let error = await #expect(throws: KinkajouError.self) {
            try await Nodes(of: "other", runtime: .own(node)).list()
        }
        #expect(error?.summary == "there is no cluster \"other\" here")
        #expect(error?.cure.contains("demo") == true)
    }

    /// A command in it is run as it is; in a container of the engine's, by docker.
    @Test func commandsRunHere() async throws {
        let words = try await Nodes(of: "demo", runtime: .own(node)).words(
            running: ["crictl", "ps"], in: "demo-control-plane", hasInput: true, isTerminal: true)
        #expect(words == ["crictl", "ps"])
        #expect(
            NodeProgram(node: "a").words(["true"], hasInput: true, isTerminal: true)
                == ["docker", "exec", "-e", "KINKAJOU_SESSION", "-i", "-t", "a", "true"])
    }

    @Test func theFileIsReadAsItWasWritten() throws {
        #expect(try OwnNode(json: try node.json()) == node)
        #expect(throws: (any Error).self) { try OwnNode(json: Array("{}".utf8)) }
    }
}
