internal import AsyncHTTPClient
public import HostFacts
internal import Linux
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

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
        let host = ProxyFacts.host(in: base)
        let proxy = proxy(for: base, host: host)
        var configuration = HTTPClient.Configuration(
            timeout: .init(connect: limit, read: limit), proxy: proxy)
        configuration.redirectConfiguration = .disallow
        if insecure.contains(where: { ProxyFacts.host(in: $0) == host }) {
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

    /// The proxy that the environment names for an address, as Go reads it: the small names first.
    private static func proxy(for address: String, host: String) -> HTTPClient.Configuration.Proxy? {
        func variable(_ name: String) -> String? {
            let value = Environment.value(name.lowercased()) ?? Environment.value(name)
            return value.flatMap { $0.isEmpty ? nil : $0 }
        }
        let name = address.hasPrefix("https://") ? "HTTPS_PROXY" : "HTTP_PROXY"
        guard let value = variable(name) else { return nil }
        for entry in (variable("NO_PROXY") ?? "").split(separator: ",") {
            let suffix = entry.drop { $0 == "." || $0 == " " || $0 == "*" }
            if !suffix.isEmpty, host == suffix || host.hasSuffix("." + suffix) || entry == "*" { return nil }
        }
        let authority =
            value.split(separator: "/", omittingEmptySubsequences: true)
            .first { !$0.hasSuffix(":") } ?? ""
        let port = authority.split(separator: ":").last.flatMap { Int($0) } ?? 3128
        return .server(host: ProxyFacts.host(in: value), port: port)
    }
}
