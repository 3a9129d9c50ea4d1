internal import FoundationEssentials
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Values

internal import SwiftASN1
internal import X509

/// Finds out why a TLS handshake failed: the library says no more than that the certificate is not good.
///
/// It shakes hands once more, without checking and without showing who the client is, and looks at the certificate.
struct TLSDiagnosis {
    let client: KubernetesClient

    /// A better cause; nil when the one that is known is the best.
    func cause(for known: ConnectionFailure.Cause) async -> ConnectionFailure.Cause? {
        switch known {
        case .tls(let reason)
        where reason.contains("WRONG_VERSION_NUMBER") || reason.contains("HTTP_REQUEST"):
            return .notTLS
        case .tls(let reason) where reason.contains("CERTIFICATE_VERIFY_FAILED"):
            guard let certificate = await peerCertificate() else { return nil }
            let now = Date()
            if certificate.notValidAfter < now {
                return .certificateExpired(since: certificate.notValidAfter.formatted(.iso8601))
            }
            if certificate.notValidBefore > now {
                return .certificateNotYetValid(until: certificate.notValidBefore.formatted(.iso8601))
            }
            return .unknownAuthority(issuer: "\(certificate.issuer)")
        case .nameMismatch:
            let expected = client.configuration.tlsServerName ?? client.address.host
            return .nameMismatch(expected: expected, names: await peerCertificate().map(Self.names) ?? [])
        default: return nil
        }
    }

    private func peerCertificate() async -> Certificate? {
        let connector = WebSocketConnector(client: client)
        guard
            let channel = try? await withDeadline(
                .seconds(5), failure: CancellationError(), { try await connector.connectUnchecked() })
        else { return nil }
        defer { channel.close(promise: nil) }
        guard let certificate = try? await channel.nioSSL_peerCertificate().get(),
            let bytes = try? certificate.toDERBytes()
        else { return nil }
        return try? Certificate(derEncoded: bytes)
    }

    private static func names(_ certificate: Certificate) -> [String] {
        guard let alternatives = try? certificate.extensions.subjectAlternativeNames else { return [] }
        return alternatives.compactMap { name in
            switch name {
            case .dnsName(let name): name
            case .ipAddress(let address): ipText(Array(address.bytes))
            default: nil
            }
        }
    }
}
