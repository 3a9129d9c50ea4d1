public import KubernetesAPI

extension KubernetesClient {
    /// Runs `body` with this client, and shuts the client down, whichever way `body` ends.
    @discardableResult
    public func use<Result>(_ body: (KubernetesClient) async throws -> Result) async throws -> Result {
        let result: Result
        do {
            result = try await body(self)
        } catch {
            await shutdown()
            throw error
        }
        await shutdown()
        return result
    }
}
