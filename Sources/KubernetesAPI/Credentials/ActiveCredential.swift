internal import FoundationEssentials
internal import NIOSSL
internal import Values

/// A credential as it goes into a connection and a request.
struct ActiveCredential: Sendable {
    /// The Authorization header.
    var authorization: Secret<String>?
    var identity: TLSIdentity?
    /// Which of the plugin's answers this is.
    var generation = 0
}

/// A client certificate with its key, ready for TLS.
struct TLSIdentity: Sendable {
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey

    init(chain: [UInt8], key: [UInt8]) throws {
        do {
            self.chain = try NIOSSLCertificate.fromPEMBytes(chain)
        } catch {
            throw CredentialError.invalidCertificate(what: "the client certificate")
        }
        do {
            self.key = try NIOSSLPrivateKey(bytes: key, format: .pem)
        } catch {
            throw CredentialError.invalidCertificate(what: "the client certificate's key")
        }
        guard !self.chain.isEmpty else {
            throw CredentialError.invalidCertificate(what: "the client certificate")
        }
    }
}

/// `Basic ...`
func basicAuthorization(user: String, password: String) -> String {
    "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
}
