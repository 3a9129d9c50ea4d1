internal import Crypto
public import Foundation

internal import SwiftASN1
internal import X509

/// A certificate with its key, for tests, as PEM text.
public struct TestCertificate: Sendable {
    /// The certificate.
    public let certificate: String
    /// The private key (PKCS #8).
    public let key: String
    private let commonName: String

    /// Whom a certificate is for.
    public enum Purpose: Sendable {
        /// To sign others.
        case authority
        /// A server with these names or addresses.
        case server([String])
        /// A client, in these groups.
        case client(groups: [String])
    }

    /// Makes a P-256 key and a certificate for it.
    ///
    /// - Parameters:
    ///   - issuer: Who signs it; nil: itself.
    ///   - validity: From when to when, in seconds from now.
    public init(
        _ commonName: String, _ purpose: Purpose, issuer: TestCertificate? = nil,
        validity: ClosedRange<TimeInterval> = -3600...86400
    ) throws {
        let own = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let groups = if case .client(let groups) = purpose { groups } else { [String]() }
        let subject = try DistinguishedName {
            for group in groups { OrganizationName(group) }
            CommonName(commonName)
        }
        let signer = try issuer.map { try Certificate.PrivateKey(pemEncoded: $0.key) } ?? own
        let issuerName = try issuer.map { try Certificate(pemEncoded: $0.certificate).subject } ?? subject
        let made = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: own.publicKey,
            notValidBefore: Date(timeIntervalSinceNow: validity.lowerBound),
            notValidAfter: Date(timeIntervalSinceNow: validity.upperBound),
            issuer: issuerName, subject: subject,
            extensions: try Self.extensions(purpose), issuerPrivateKey: signer)
        certificate = try made.serializeAsPEM().pemString + "\n"
        key = try own.serializeAsPEM().pemString + "\n"
        self.commonName = commonName
    }

    private static func extensions(_ purpose: Purpose) throws -> Certificate.Extensions {
        try Certificate.Extensions {
            switch purpose {
            case .authority:
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
            case .server(let names):
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(
                    names.map { name in
                        let parts = name.split(separator: ".").compactMap { UInt8($0) }
                        return parts.count == 4
                            ? .ipAddress(ASN1OctetString(contentBytes: parts[...])) : .dnsName(name)
                    })
            case .client:
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.clientAuth])
            }
        }
    }
}
