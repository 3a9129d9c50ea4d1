internal import NIOHTTP1

extension DockerEngineClient {
    /// `GET /containers/json`: the containers.
    ///
    /// - Parameters:
    ///   - all: Whether those that do not run are wanted too.
    ///   - filters: Such as ``EngineFilters/labels(_:)``.
    ///   - timeout: The deadline.
    public func containers(
        all: Bool = false,
        filters: EngineFilters = EngineFilters(),
        timeout: Duration = DockerEngineClient.defaultTimeout
    ) async throws -> [ContainerSummary] {
        let query = (all ? [(name: "all", value: "1")] : []) + (try filters.query)
        return try await document(
            EngineRequest(.GET, "/containers/json", query: query), as: [ContainerSummary].self,
            timeout: timeout)
    }

    /// `GET /containers/{id}/json`: everything about one container.
    ///
    /// - Parameters:
    ///   - id: The container's identifier or name.
    ///   - timeout: The deadline.
    public func inspectContainer(
        _ id: String, timeout: Duration = DockerEngineClient.defaultTimeout
    ) async throws -> ContainerDetails {
        let path = "/containers/\(try EngineRequest.segment(id))/json"
        return try await document(EngineRequest(.GET, path), as: ContainerDetails.self, timeout: timeout)
    }

    /// `POST /containers/{id}/stop`: SIGTERM (or the container's own stop signal), then SIGKILL.
    ///
    /// - Parameters:
    ///   - id: The container's identifier or name.
    ///   - grace: Whole seconds between the two signals, rounded up; nil for the container's own setting.
    ///     0 kills at once.
    ///   - timeout: The deadline of the request, which must be longer than the grace; nil: 30 s longer.
    /// - Returns: False when it did not run.
    @discardableResult
    public func stopContainer(
        _ id: String, grace: Duration? = nil, timeout: Duration? = nil
    ) async throws -> Bool {
        var query: [(name: String, value: String)] = []
        if let grace {
            let seconds = grace.components.seconds + (grace.components.attoseconds > 0 ? 1 : 0)
            query = [("t", String(max(0, seconds)))]
        }
        let path = "/containers/\(try EngineRequest.segment(id))/stop"
        // 10 s is Docker's default grace, when the container does not set one.
        let deadline = timeout ?? max(.zero, grace ?? .seconds(10)) + DockerEngineClient.defaultTimeout
        let status = try await command(
            EngineRequest(.POST, path, query: query), timeout: deadline, accepted: [304])
        return status != 304
    }

    /// `POST /containers/{id}/kill`: sends a signal.
    ///
    /// - Parameters:
    ///   - id: The container's identifier or name.
    ///   - signal: A name such as `KILL`, or a number.
    ///   - timeout: The deadline.
    /// - Throws: ``DockerEngineError/conflict(message:)`` when it does not run.
    public func killContainer(
        _ id: String, signal: String = "KILL", timeout: Duration = DockerEngineClient.defaultTimeout
    ) async throws {
        let path = "/containers/\(try EngineRequest.segment(id))/kill"
        try await command(EngineRequest(.POST, path, query: [("signal", signal)]), timeout: timeout)
    }

    /// `DELETE /containers/{id}`: removes it.
    ///
    /// - Parameters:
    ///   - id: The container's identifier or name.
    ///   - force: Whether it is killed when it runs.
    ///   - volumes: Whether its anonymous volumes go too.
    ///   - timeout: The deadline. Removing many layers can take a while.
    public func removeContainer(
        _ id: String, force: Bool = false, volumes: Bool = false, timeout: Duration = .seconds(60)
    ) async throws {
        var query: [(name: String, value: String)] = []
        if force { query.append(("force", "1")) }
        if volumes { query.append(("v", "1")) }
        let path = "/containers/\(try EngineRequest.segment(id))"
        try await command(EngineRequest(.DELETE, path, query: query), timeout: timeout)
    }
}
