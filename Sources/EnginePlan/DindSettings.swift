public import HostFacts
public import Values

/// What the user asked for, by options and environment; everything else is planned.
public struct DindSettings: Codable, Sendable, Equatable {
    /// Where the engine's data goes.
    public var dataRoot: Setting<String> = .init("/var/lib/docker", from: .plan)
    /// The bridge's address with its network (`--bip`, `DOCKERD_BIP`).
    public var bridgeAddress: Setting<String>?
    /// The largest packet in bytes (`--mtu`, `DOCKERD_MTU`).
    public var mtu: Setting<Int>?
    /// The iptables backend (`--iptables-backend`, `DOCKER_IPTABLES_LEGACY`).
    public var packetFilter: Setting<PacketFilterBackend>?
    /// DNS servers for nested containers.
    public var dns: [String] = []
    /// Pull-through mirrors of the public registry.
    public var registryMirrors: [String] = []
    /// Registries without a valid certificate.
    public var insecureRegistries: [String] = []
    /// The storage driver.
    public var storageDriver: Setting<String>?
    /// More arguments for dockerd (`DOCKER_ARGS`), already split into words.
    public var daemonArguments: [String] = []
    /// The directory of the TLS certificates (`DOCKER_TLS_CERTDIR`); turns on port 2376.
    public var tlsDirectory: String?
    /// Whether dockerd may listen on a TCP port without TLS (`--insecure-tcp`).
    public var allowsInsecureTCP = false
    /// How long the teardown may take, in seconds.
    public var graceSeconds = 25
    /// The user's own `daemon.json`.
    public var daemonFile: [String: JSONValue] = [:]

    /// Settings with nothing asked for.
    public init() {}
}
