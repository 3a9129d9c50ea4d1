import KubernetesTestSupport
import NIOCore
import Synchronization
import Testing
import Values

@testable import KubernetesAPI

/// Requests and streams by way of a proxy.
@Suite struct ProxyTests {
    /// A proxy with a password in its URL where it takes one.
    private func url(_ kind: TestProxy.Kind, _ port: Int) -> Secret<String> {
        Secret(kind == .http ? "http://me:hunter2@127.0.0.1:\(port)" : "socks5://127.0.0.1:\(port)")
    }

    private func expectAsked(_ proxy: TestProxy, for target: String, _ kind: TestProxy.Kind) {
        let asked = proxy.asked.withLock { $0 }
        switch kind {
        case .http:
            #expect(asked.first?.hasPrefix("CONNECT \(target) HTTP/1.1\r\n") == true, "\(asked)")
            #expect(
                asked.first?.lowercased().contains("proxy-authorization: basic bwu6ahvudgvymg==\r\n") == true)
        case .socks5: #expect(asked.first == target)
        }
    }

    @Test(arguments: [TestProxy.Kind.http, .socks5])
    func requestsOverTLS(kind: TestProxy.Kind) async throws {
        let authority = try TestCertificate("our authority", .authority)
        let certificate = try TestCertificate("s", .server(["localhost"]), issuer: authority)
        try await StubServer.with(certificate: certificate) { exchange in
            try await exchange.answer(200, #"{"major":"1","minor":"20","gitVersion":"v1.20.2"}"#)
        } body: { stub in
            try await TestProxy.with(kind) { proxy, port in
                var configuration = ClientConfiguration(server: "https://localhost:\(stub.port)")
                configuration.trust = .authorities(Array(authority.certificate.utf8))
                configuration.proxyURL = url(kind, port)
                let version = try await withClient(configuration) { try await $0.version().gitVersion }
                #expect(version == "v1.20.2")
                expectAsked(proxy, for: "localhost:\(stub.port)", kind)
            }
        }
    }

    /// The connection's peer is the proxy: the certificate is compared with the address that was asked for.
    @Test(arguments: [TestProxy.Kind.http, .socks5])
    func aServerGivenByItsAddress(kind: TestProxy.Kind) async throws {
        let authority = try TestCertificate("our authority", .authority)
        // That of the proxy is no good.
        for (name, isGood) in [("127.0.0.2", true), ("127.0.0.1", false)] {
            let certificate = try TestCertificate("s", .server([name]), issuer: authority)
            try await StubServer.with(certificate: certificate, address: "127.0.0.2") { exchange in
                try await exchange.answer(200, #"{"major":"1","minor":"20","gitVersion":"v1.20.2"}"#)
            } body: { stub in
                try await TestProxy.with(kind) { _, port in
                    var configuration = ClientConfiguration(server: "https://127.0.0.2:\(stub.port)")
                    configuration.trust = .authorities(Array(authority.certificate.utf8))
                    configuration.proxyURL = url(kind, port)
                    try await withClient(configuration) { client in
                        guard !isGood else {
                            let version = try await client.version().gitVersion
                            #expect(version == "v1.20.2")
                            return
                        }
                        for call in [
                            { _ = try await client.version() },
                            {
                                _ = try await client.exec(
                                    pod: "web", namespace: "n", container: "c", command: ["true"],
                                    stdin: false, tty: false)
                            },
                        ] as [@Sendable () async throws -> Void] {
                            let error = await #expect(throws: KubernetesError.self) { try await call() }
                            guard case .connection(let failure) = error else {
                                Issue.record("\(String(describing: error))")
                                continue
                            }
                            #expect(
                                failure.cause == .nameMismatch(expected: "127.0.0.2", names: ["127.0.0.1"]))
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: [TestProxy.Kind.http, .socks5])
    func streams(kind: TestProxy.Kind) async throws {
        try await RawWebSocketServer.with { connection in
            try await connection.send(channel: 1, "out")
            try await connection.send(channel: 3, StreamTests.failure)
        } body: { server in
            try await TestProxy.with(kind) { proxy, port in
                var configuration = ClientConfiguration(server: "http://127.0.0.1:\(server)")
                configuration.proxyURL = url(kind, port)
                try await withClient(configuration) { client in
                    let session = try await client.exec(
                        pod: "web", namespace: "n", container: "c", command: ["true"], stdin: false,
                        tty: false)
                    var output = ""
                    for try await piece in session.output {
                        if case .stdout(let bytes) = piece { output += String(buffer: bytes) }
                    }
                    #expect(output == "out")
                    #expect(try await session.exitStatus() == 3)
                }
                expectAsked(proxy, for: "127.0.0.1:\(server)", kind)
            }
        }
    }

    @Test func aProxyThatRefuses() async throws {
        try await TestProxy.with(
            .http, refusal: "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
        ) { _, port in
            var configuration = ClientConfiguration(server: "https://api.invalid:6443")
            configuration.proxyURL = url(.http, port)
            try await withClient(configuration) { client in
                let request = await #expect(throws: KubernetesError.self) { _ = try await client.version() }
                let stream = await #expect(throws: KubernetesError.self) {
                    _ = try await client.exec(
                        pod: "web", namespace: "n", container: "c", command: ["true"], stdin: false,
                        tty: false)
                }
                for error in [request, stream] {
                    #expect(error?.description.contains("proxy") == true, "\(error?.description ?? "")")
                    #expect(error?.description.contains("hunter2") == false)
                }
            }
        }
    }
}
