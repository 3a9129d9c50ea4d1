internal import DockerEngine
public import Doctor
internal import HostFacts
internal import Linux

/// Asks a Docker engine what it is like.
public enum DockerReader {
    /// The socket that `DOCKER_HOST` names, or the usual one.
    public static var socket: String {
        guard let host = Environment.value("DOCKER_HOST"), host.hasPrefix("unix://") else {
            return DockerEngineClient.defaultSocketPath
        }
        return String(host.dropFirst("unix://".count))
    }

    /// Reads the facts. An engine that does not answer is one of them.
    ///
    /// - Parameters:
    ///   - image: The image whose presence is looked for.
    ///   - purpose: What is to be run.
    public static func read(image: String, purpose: Purpose) async -> DockerFacts {
        var facts = DockerFacts(socket: socket, purpose: purpose, image: image)
        if let host = Environment.value("DOCKER_HOST"), !host.isEmpty, !host.hasPrefix("unix://") {
            facts.socket = host
            facts.failure = "only engines on unix sockets can be asked"
            return facts
        }
        do {
            try await DockerEngineClient.withClient(socketPath: facts.socket) { client in
                let info = try await client.info()
                facts.version = EngineVersion(versionOutput: info.serverVersion)
                facts.cgroupVersion = info.cgroupVersion
                facts.cgroupDriver = info.cgroupDriver
                facts.storageDriver = info.driver
                facts.hasContainerdStore = info.driverStatus["driver-type"] == "io.containerd.snapshotter.v1"
                facts.runtime = info.defaultRuntime
                facts.securityOptions = info.securityOptions
                facts.processors = Int(info.processors)
                facts.memoryBytes = UInt64(clamping: info.memoryBytes)
                facts.kernel = info.kernelVersion
                facts.warnings = info.warnings
                facts.hasLiveRestore = info.liveRestoreEnabled
                facts.hasImage = try await client.imageExists(image)
            }
        } catch {
            facts.failure = "\(error)"
        }
        return facts
    }
}
