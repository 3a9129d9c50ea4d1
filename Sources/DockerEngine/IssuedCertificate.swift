internal import Crypto
package import FoundationEssentials

internal import SwiftASN1
internal import X509

/// A certificate with its private key.
package struct IssuedCertificate {
    let certificate: Certificate
    let key: Certificate.PrivateKey

    /// What the common name of every certificate of ours begins with.
    static let ourNames = "Kinkajou Docker "

    /// Whether a certificate was issued by this program; nil where the text is no certificate.
    static func isOurs(_ pem: String) -> Bool? {
        guard let certificate = try? Certificate(pemEncoded: pem) else { return nil }
        return "\(certificate.subject)".contains("CN=" + ourNames)
    }

    /// What a certificate is for.
    package enum Purpose {
        /// It vouches for others.
        case authority
        /// A server of these names shows it.
        case server([SubjectName])
        /// A client shows it.
        case client
        /// A server of these names shows it, to its clients and to its peers.
        case peer([SubjectName])
    }

    /// Makes a P-256 key and a certificate for it, signed by `issuer`, or by itself without one.
    package init(
        commonName: String, organization: String? = nil, purpose: Purpose, issuer: IssuedCertificate?,
        now: Date, validity: TimeInterval
    ) throws {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let subject = try DistinguishedName {
            if let organization { OrganizationName(organization) }
            CommonName(commonName)
        }
        // Clocks of nested machines differ a little.
        let start = now.addingTimeInterval(-300)
        let end = start.addingTimeInterval(validity)
        self.key = key
        self.certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: key.publicKey,
            notValidBefore: start,
            // No certificate outlives the one that vouches for it.
            notValidAfter: min(end, issuer?.certificate.notValidAfter ?? end),
            issuer: issuer?.certificate.subject ?? subject,
            subject: subject,
            extensions: try Self.extensions(purpose, key: key, issuer: issuer),
            issuerPrivateKey: issuer?.key ?? key)
    }

    /// Reads both from PEM text; nil when one is broken, or they do not belong together.
    init?(certificatePEM: String?, keyPEM: String?) {
        guard let certificatePEM, let keyPEM,
            let certificate = try? Certificate(pemEncoded: certificatePEM),
            let key = try? Certificate.PrivateKey(pemEncoded: keyPEM),
            key.publicKey == certificate.publicKey
        else { return nil }
        self.certificate = certificate
        self.key = key
    }

    /// The certificate as PEM text.
    package var certificatePEM: String {
        get throws { try certificate.serializeAsPEM().pemString + "\n" }
    }

    /// The private key as PEM text (PKCS #8).
    package var keyPEM: String {
        get throws { try key.serializeAsPEM().pemString + "\n" }
    }

    private static func extensions(
        _ purpose: Purpose, key: Certificate.PrivateKey, issuer: IssuedCertificate?
    ) throws -> Certificate.Extensions {
        let own = SubjectKeyIdentifier(hash: key.publicKey)
        let above = issuer.map { SubjectKeyIdentifier(hash: $0.key.publicKey) } ?? own
        return try Certificate.Extensions {
            own
            AuthorityKeyIdentifier(keyIdentifier: above.keyIdentifier)
            switch purpose {
            case .authority:
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
            case .server(let names):
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names.map(\.generalName))
            case .peer(let names):
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                SubjectAlternativeNames(names.map(\.generalName))
            case .client:
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.clientAuth])
            }
        }
    }
}

extension SubjectName {
    /// The name as a certificate holds it.
    var generalName: GeneralName {
        switch self {
        case .dns(let name): .dnsName(name)
        case .ip(let bytes): .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
        }
    }

    /// The names that a certificate holds; nil when it holds others too, or none can be read.
    static func names(of certificate: Certificate) -> Set<SubjectName>? {
        guard let alternatives = try? certificate.extensions.subjectAlternativeNames else { return nil }
        var names: Set<SubjectName> = []
        for alternative in alternatives {
            switch alternative {
            case .dnsName(let name): names.insert(.dns(name.lowercased()))
            case .ipAddress(let address): names.insert(.ip(Array(address.bytes)))
            default: return nil
            }
        }
        return names
    }
}
