internal import Values

/// Why a request to the Docker daemon failed.
public enum DockerEngineError: Error, Sendable, Equatable {
    /// There is no file at the socket's path.
    case socketMissing(path: String)
    /// The socket exists and nobody listens on it.
    case connectionRefused(path: String)
    /// This user may not use the socket.
    case permissionDenied(path: String)
    /// Connecting failed in another way.
    case connectionFailed(path: String, reason: String)
    /// The connection broke off before the answer was complete.
    case connectionLost(what: String, reason: String)
    /// Status 404.
    case notFound(message: String)
    /// Status 409.
    case conflict(message: String)
    /// Any other status that is not a success, with the daemon's own words.
    case server(status: Int, message: String)
    /// The daemon is too old.
    case unsupportedVersion(daemon: APIVersion)
    /// The deadline passed.
    case timeout(what: String, after: Duration)
    /// The answer cannot be understood.
    case invalidResponse(what: String, reason: String)
    /// A name or identifier that cannot be put into a request.
    case invalidName(String)
    /// The daemon refused the image archive.
    case loadFailed(message: String)
    /// The client was shut down.
    case clientShutDown
}

extension DockerEngineError: CustomStringConvertible {
    /// What failed, why, and what to do about it.
    public var description: String {
        switch self {
        case .socketMissing(let path):
            "cannot reach the Docker daemon: there is no socket at \(path). "
                + "Start dockerd, or name its socket with DOCKER_HOST=unix://PATH."
        case .connectionRefused(let path):
            "cannot reach the Docker daemon: nobody listens on \(path). "
                + "The daemon has ended and left its socket behind: read its log, and start it again."
        case .permissionDenied(let path):
            "cannot reach the Docker daemon: permission denied on \(path). "
                + "Run as root, or as a member of the socket's group."
        case .connectionFailed(let path, let reason):
            "cannot reach the Docker daemon on \(path): \(reason). Check the path and the daemon's log."
        case .connectionLost(let what, let reason):
            "\(what): the Docker daemon broke off the connection (\(reason)). "
                + "It has probably ended or restarted: read its log."
        case .notFound(let message):
            "the Docker daemon does not know it: \(message). Check the name; `docker ps -a` and "
                + "`docker images` list what there is."
        case .conflict(let message):
            "the Docker daemon refuses, because of the present state: \(message). "
                + "Stop or remove what is in the way, then try again."
        case .server(let status, let message):
            "the Docker daemon answers with status \(status): \(message). Its log may tell more."
        case .unsupportedVersion(let daemon):
            "the Docker daemon speaks API \(daemon), but \(APIVersion.oldestSupported) is needed. "
                + "Update it to Docker 20.10 or newer."
        case .timeout(let what, let after):
            "\(what): no answer from the Docker daemon within \(after.inSeconds). "
                + "It is overloaded or hangs: read its log, or allow more time."
        case .invalidResponse(let what, let reason):
            "\(what): the answer cannot be understood: \(reason). "
                + "Check that a Docker daemon, and not something else, listens on the socket."
        case .invalidName(let name):
            "\"\(name)\" cannot be the name of a container, image, network or volume. Give a valid one."
        case .loadFailed(let message):
            "the Docker daemon could not load the image archive: \(message). "
                + "Check that the file is complete and was made by `docker save`, and that the disk has room."
        case .clientShutDown:
            "the client of the Docker daemon was shut down before the request was complete."
        }
    }
}
