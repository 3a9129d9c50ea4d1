import KubernetesTestSupport
import NIOCore
import Testing

@testable import KubernetesAPI

@Suite struct TLSTests {
    private struct Setup {
        let authority: TestCertificate
        let stranger: TestCertificate

        init() throws {
            authority = try TestCertificate("our authority", .authority)
            stranger = try TestCertificate("a stranger", .authority)
        }
    }

    /// What comes of a request to a server with this certificate.
    private func outcome(
        server: TestCertificate, host: String = "127.0.0.1", scheme: String = "https",
        _ change: @escaping @Sendable (inout ClientConfiguration) -> Void
    ) async throws -> ConnectionFailure.Cause? {
        try await StubServer.with(certificate: server) { exchange in
            try await exchange.answer(200, #"{"major":"1","minor":"20","gitVersion":"v1"}"#)
        } body: { stub in
            var configuration = ClientConfiguration(server: "\(scheme)://\(host):\(stub.port)")
            change(&configuration)
            return try await withClient(configuration) { client in
                do {
                    _ = try await client.version()
                    return nil
                } catch KubernetesError.connection(let failure) {
                    return failure.cause
                }
            }
        }
    }

    @Test func aGoodCertificateByAddressAndByName() async throws {
        let setup = try Setup()
        let server = try TestCertificate("s", .server(["127.0.0.1", "localhost"]), issuer: setup.authority)
        let trust = ClientConfiguration.Trust.authorities(Array(setup.authority.certificate.utf8))
        #expect(try await outcome(server: server) { $0.trust = trust } == nil)
        #expect(try await outcome(server: server, host: "localhost") { $0.trust = trust } == nil)
    }

    @Test func anUnknownAuthority() async throws {
        let setup = try Setup()
        let server = try TestCertificate("s", .server(["127.0.0.1"]), issuer: setup.stranger)
        let trust = ClientConfiguration.Trust.authorities(Array(setup.authority.certificate.utf8))
        #expect(
            try await outcome(server: server) { $0.trust = trust }
                == .unknownAuthority(issuer: "CN=a stranger"))
        #expect(
            try await outcome(server: server) { $0.trust = .system }
                == .unknownAuthority(issuer: "CN=a stranger"))
        #expect(try await outcome(server: server) { $0.trust = .anything } == nil)
    }

    @Test func anotherName() async throws {
        let setup = try Setup()
        let server = try TestCertificate("s", .server(["10.1.2.3", "kubernetes"]), issuer: setup.authority)
        let trust = ClientConfiguration.Trust.authorities(Array(setup.authority.certificate.utf8))
        #expect(
            try await outcome(server: server) { $0.trust = trust }
                == .nameMismatch(expected: "127.0.0.1", names: ["10.1.2.3", "kubernetes"]))
        #expect(
            try await outcome(server: server, host: "localhost") { $0.trust = trust }
                == .nameMismatch(expected: "localhost", names: ["10.1.2.3", "kubernetes"]))
        #expect(
            try await outcome(server: server) {
                $0.trust = trust
                $0.tlsServerName = "kubernetes"
            } == nil)
        #expect(
            try await outcome(server: server) {
                $0.trust = trust
                $0.tlsServerName = "other"
            } == .nameMismatch(expected: "other", names: ["10.1.2.3", "kubernetes"]))
    }

    @Test func outOfItsTime() async throws {
        let setup = try Setup()
        let trust = ClientConfiguration.Trust.authorities(Array(setup.authority.certificate.utf8))
        let old = try TestCertificate(
            "s", .server(["127.0.0.1"]), issuer: setup.authority, validity: -7200 ... -3600)
        let cause = try await outcome(server: old) { $0.trust = trust }
        guard case .certificateExpired = cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
        let young = try TestCertificate(
            "s", .server(["127.0.0.1"]), issuer: setup.authority, validity: 3600...7200)
        let other = try await outcome(server: young) { $0.trust = trust }
        guard case .certificateNotYetValid = other else {
            Issue.record("\(String(describing: other))")
            return
        }
    }

    @Test func aServerWithoutTLS() async throws {
        try await StubServer.with { exchange in
            try await exchange.answer(200, "{}")
        } body: { stub in
            try await withClient(ClientConfiguration(server: "https://127.0.0.1:\(stub.port)")) { client in
                let error = await #expect(throws: KubernetesError.self) { try await client.version() }
                guard case .connection(let failure) = error else { return }
                #expect(failure.cause == .notTLS)
            }
        }
    }

    @Test func brokenCertificatesAreReportedWithoutTheirText() throws {
        #expect(throws: CredentialError.self) {
            try KubernetesClient(
                ClientConfiguration(server: "https://h", trust: .authorities(Array("no PEM".utf8))),
                userAgent: "t")
        }
        #expect(throws: CredentialError.self) {
            try KubernetesClient(
                ClientConfiguration(server: "https://h", trust: .authorities([])), userAgent: "t")
        }
        let error = #expect(throws: CredentialError.self) {
            try TLSIdentity(chain: Array("S3CRET".utf8), key: Array("S3CRET".utf8))
        }
        #expect(error?.description.contains("S3CRET") == false)
    }
}
