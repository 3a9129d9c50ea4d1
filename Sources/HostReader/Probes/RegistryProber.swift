internal import AsyncHTTPClient
public import HostFacts
internal import Linux
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Values

internal import NIOHTTP1

/// Asks registries whether they are there (`GET /v2/`, the distribution specification's version check).
public enum RegistryProber {
    private static let standard = "https://registry-1.docker.io"
    private static let limit = TimeAmount.seconds(3)

    /// Makes the probe; a failure is part of its result.
    ///
    /// - Parameters:
    ///   - mirrors: The mirrors that the engine is given; empty: the public registry is asked.
    ///   - insecure: Registries whose certificate is not checked.
    public static func probe(mirrors: [String], insecure: [String]) async -> [RegistryProbe] {
        let addresses = mirrors.isEmpty ? [standard] : mirrors
        return await withTaskGroup(of: (Int, RegistryProbe).self) { group in
            for (index, address) in addresses.enumerated() {
                group.addTask { (index, await ask(address, isMirror: !mirrors.isEmpty, insecure: insecure)) }
            }
            var probes: [(Int, RegistryProbe)] = []
            for await probe in group { probes.append(probe) }
            return probes.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func ask(_ address: String, isMirror: Bool, insecure: [String]) async -> RegistryProbe {
        let base = String(address.hasSuffix("/") ? address.dropLast() : address[...])
        func failed(_ reason: String, usesProxy: Bool = false) -> RegistryProbe {
            RegistryProbe(
                address: base, isMirror: isMirror, usesProxy: usesProxy, status: nil, failure: reason)
        }
        guard let registry = ServerAddress(base) else { return failed("this is no URL") }
        let host = registry.host
        let proxy: HTTPClient.Configuration.Proxy?
        do {
            proxy = try Self.proxy(for: registry)
        } catch {
            return failed(error.reason, usesProxy: true)
        }
        var configuration = HTTPClient.Configuration(
            timeout: .init(connect: limit, read: limit), proxy: proxy)
        configuration.redirectConfiguration = .disallow
        if insecure.contains(where: { ServerAddress($0)?.host == host }) {
            configuration.tlsConfiguration = .makeClientConfiguration()
            configuration.tlsConfiguration?.certificateVerification = .none
        }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        var probe = RegistryProbe(address: base, isMirror: isMirror, usesProxy: proxy != nil, status: nil)
        do {
            let response = try await client.execute(HTTPClientRequest(url: base + "/v2/"), timeout: limit)
            probe.status = Int(response.status.code)
        } catch let error as HTTPClientError where error == .connectTimeout || error == .deadlineExceeded {
            probe.failure = "no answer within \(limit.nanoseconds / 1_000_000_000) s"
        } catch let error as NIOConnectionError {
            probe.failure =
                error.connectionErrors.first.map { "\($0.error)" } ?? "the name \(host) cannot be resolved"
        } catch {
            probe.failure = "\(error)"
        }
        try? await client.shutdown()
        return probe
    }

    /// The proxy that the environment names for a registry.
    private static func proxy(
        for registry: ServerAddress
    ) throws(ProxyError) -> HTTPClient.Configuration.Proxy? {
        guard let url = ProxySettings.url(for: registry, environment: Environment.all()) else { return nil }
        let proxy = try ProxySettings(url: url)
        switch proxy.kind {
        case .http:
            return .server(
                host: proxy.host, port: proxy.port,
                authorization: proxy.user.map {
                    .basic(username: $0, password: proxy.password?.value ?? "")
                })
        case .https: throw ProxyError(reason: "a proxy that is spoken to over TLS cannot be tried from here")
        case .socks5: return .socksServer(host: proxy.host, port: proxy.port)
        }
    }
}
