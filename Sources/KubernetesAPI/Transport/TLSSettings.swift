internal import NIOCore
internal import NIOSSL

/// What TLS connections to one API server have in common.
struct TLSSettings: Sendable {
    private let base: TLSConfiguration
    /// What is checked of the peer beside that; nil: nothing.
    let peer: PeerAddress?

    /// - Parameter peer: What is checked in place of the peer's name.
    init(_ trust: ClientConfiguration.Trust, peer: PeerAddress?) throws {
        self.peer = peer
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if peer != nil { configuration.certificateVerification = .noHostnameVerification }
        switch trust {
        case .system: configuration.trustRoots = .default
        case .anything: configuration.certificateVerification = .none
        case .authorities(let pem):
            let certificates: [NIOSSLCertificate]
            do {
                certificates = try NIOSSLCertificate.fromPEMBytes(pem)
            } catch {
                throw CredentialError.invalidCertificate(what: "the cluster's certificate authority")
            }
            guard !certificates.isEmpty else {
                throw CredentialError.invalidCertificate(what: "the cluster's certificate authority")
            }
            configuration.trustRoots = .certificates(certificates)
        }
        base = configuration
    }

    func configuration(with identity: TLSIdentity?) -> TLSConfiguration {
        guard let identity else { return base }
        var configuration = base
        configuration.certificateChain = identity.chain.map { .certificate($0) }
        configuration.privateKey = .privateKey(identity.key)
        return configuration
    }
}
