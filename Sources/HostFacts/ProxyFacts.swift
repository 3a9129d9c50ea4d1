/// A proxy that the environment names, without its user name and password.
public struct ProxyFacts: Sendable, Equatable, Codable {
    /// The variable, such as `HTTPS_PROXY`.
    public var variable: String
    /// The proxy's host, or all of `NO_PROXY`; empty where the URL cannot be read.
    public var host: String

    /// A proxy from its parts.
    public init(variable: String, host: String) {
        self.variable = variable
        self.host = host
    }

    /// Whether only this network namespace reaches it.
    public var isLoopback: Bool {
        host == "localhost" || host.hasPrefix("127.") || host == "::1"
    }
}
