internal import NIOCore
internal import NIOSSL

internal import SwiftASN1
internal import Values
internal import X509

/// Checks that the certificate of a server is for the address that it was asked by, behind a proxy: the library compares
/// the certificate with the connection's peer, which is the proxy there (RFC 9110, section 4.3.5).
struct PeerAddress: Sendable {
    /// The address, in 4 or 16 bytes.
    let bytes: [UInt8]

    /// The address to check; nil: the library checks all that there is to check.
    init?(
        of address: ServerAddress, tlsServerName: String?, trust: ClientConfiguration.Trust,
        proxy: ProxySettings?
    ) {
        guard proxy != nil, address.isTLS, let bytes = ipBytes(tlsServerName ?? address.host) else {
            return nil
        }
        if case .anything = trust { return nil }
        self.bytes = bytes
    }

    /// Closes a connection whose peer has a certificate for something else.
    ///
    /// - Returns: Fails with ``Mismatch``.
    func check(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.nioSSL_peerCertificate().flatMapThrowing { certificate in
            guard let certificate, try isNamed(in: Certificate(derEncoded: certificate.toDERBytes())) else {
                channel.close(promise: nil)
                throw Mismatch()
            }
        }
    }

    private func isNamed(in certificate: Certificate) throws -> Bool {
        guard let names = try certificate.extensions.subjectAlternativeNames else { return false }
        return names.contains { name in
            if case .ipAddress(let address) = name { Array(address.bytes) == bytes } else { false }
        }
    }

    /// The certificate is for other names.
    struct Mismatch: Error {}
}
