internal import Foundation

/// An image that is tested, in this machine's Docker engine.
public struct ImageUnderTest: Sendable {
    /// The image of Pods.
    public static let pod = ImageUnderTest(
        variable: "KINKAJOU_POD_IMAGE", default: "kinkajou/pod:latest", cure: "make images")
    /// The image of clusters' nodes.
    public static let node = ImageUnderTest(
        variable: "NODE_IMAGE", default: "kinkajou/node:v1.20.2", cure: "make node-image")

    /// Its name.
    public let name: String
    private let cure: String

    private init(variable: String, default name: String, cure: String) {
        self.name = ProcessInfo.processInfo.environment[variable] ?? name
        self.cure = cure
    }

    /// Why tests with it cannot run here; nil where they can.
    var obstacle: String? {
        let inspect = try? Command.run(["docker", "image", "inspect", name])
        return inspect?.status == 0 ? nil : "\(name) is not there: run \(cure)"
    }
}
