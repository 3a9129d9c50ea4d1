internal import FoundationEssentials
internal import Glibc

internal import SwiftASN1
internal import X509

/// The certificates of the daemon's TLS port, in the layout of the official `docker:dind` image
/// (DOCKER_TLS_CERTDIR): `ca/{cert,key}.pem`, `server/{ca,cert,key}.pem`, `client/{ca,cert,key}.pem`.
/// <https://github.com/docker-library/docker/blob/master/dockerd-entrypoint.sh>
///
/// Unlike there, keys are P-256, and certificates that are still good are kept: so clients that have read
/// them go on working after a restart. Only what was issued here is ever replaced: a CA, or the files of server or client,
/// that the user put there is checked and used as it is, also where nothing can be written. As there, a server's
/// certificate without a CA key counts as the user's.
public struct DaemonCertificates: Sendable, Equatable {
    /// The directory that was given.
    public let directory: String
    /// What was done.
    public let outcome: Outcome

    /// What was done.
    public enum Outcome: Sendable, Equatable {
        /// All were there, and good for a while.
        case kept
        /// Server and client have new certificates of the CA that was there.
        case renewed
        /// All are new.
        case generated
        /// Those of the server, the client or both are the user's; nothing was written.
        case provided
    }

    /// Who may read the client's private key.
    public enum ClientKeyAccess: Sendable, Equatable {
        /// Mode 0600.
        case owner
        /// Mode 0644, as in `docker:dind`, for clients in other containers that share the directory and run
        /// as other users.
        case everyone
    }

    /// 825 days, the most that TLS clients accept of a server.
    public static let validity = Duration.seconds(825 * 86400)
    /// Certificates that end sooner than in 30 days are made anew.
    public static let renewalMargin = Duration.seconds(30 * 86400)

    /// The paths for dockerd's `--tlscacert`, `--tlscert` and `--tlskey`.
    public var server: Paths { Paths(directory: directory + "/server") }
    /// The paths for a client; its directory serves as DOCKER_CERT_PATH.
    public var client: Paths { Paths(directory: directory + "/client") }

    /// Three files of one side.
    public struct Paths: Sendable, Equatable {
        /// Where the files are.
        public let directory: String
        /// The certificate of the CA.
        public var authority: String { directory + "/ca.pem" }
        /// The certificate.
        public var certificate: String { directory + "/cert.pem" }
        /// The private key.
        public var key: String { directory + "/key.pem" }
    }

    /// Makes sure that `directory` holds certificates that are good for `names` and for a while.
    ///
    /// - Parameters:
    ///   - directory: Made when it does not exist.
    ///   - names: The names and addresses by which clients reach the daemon; see ``SubjectName/parse(_:)``.
    ///   - clientKeyAccess: Who may read the client's private key.
    public static func ensure(
        in directory: String, names: [SubjectName], clientKeyAccess: ClientKeyAccess = .owner
    ) throws(DaemonCertificatesError) -> DaemonCertificates {
        try ensure(in: directory, names: names, clientKeyAccess: clientKeyAccess, now: Date())
    }

    static func ensure(
        in directory: String, names: [SubjectName], clientKeyAccess: ClientKeyAccess = .owner, now: Date
    ) throws(DaemonCertificatesError) -> DaemonCertificates {
        guard !names.isEmpty else { throw .noSubjectNames }
        var directory = directory
        while directory.count > 1, directory.last == "/" { directory.removeLast() }
        let unchanged = DaemonCertificates(directory: directory, outcome: .kept)
        let server = unchanged.server
        let client = unchanged.client
        let authorityKey = directory + "/ca/key.pem"
        let authorityCertificate = directory + "/ca/cert.pem"

        if [server.authority, server.certificate, server.key].allSatisfy(CertificateFiles.isFilled),
            !CertificateFiles.isFilled(authorityKey)
        {
            try checkProvided(server, now: now)
            if try isProvided(client) { try checkProvided(client, now: now) }
            return DaemonCertificates(directory: directory, outcome: .provided)
        }

        let deadline = now.addingTimeInterval(seconds(renewalMargin))
        let known = try usableAuthority(
            certificate: authorityCertificate, key: authorityKey, sides: [server, client], now: now,
            deadline: deadline)
        let clientKeyMode: mode_t = clientKeyAccess == .owner ? 0o600 : 0o644
        // What the user put there is checked and used; what is missing or ours, and not good any more, is made.
        var wanted: [(paths: Paths, purpose: IssuedCertificate.Purpose, name: String, mode: mode_t)] = []
        var hasProvided = false
        for (paths, purpose, name, mode) in [
            (server, IssuedCertificate.Purpose.server(names), "server", mode_t(0o600)),
            (client, .client, "client", clientKeyMode),
        ] {
            if try isProvided(paths) {
                try checkProvided(paths, now: now)
                hasProvided = true
            } else if let known,
                try isCurrent(
                    paths, of: known, names: name == "server" ? Set(names) : nil, now: now, deadline: deadline
                )
            {
                try CertificateFiles.setMode(mode, of: paths.key)
            } else {
                wanted.append((paths, purpose, name, mode))
            }
        }
        let isStranger = try !vouches(known, in: server)
        if try isProvided(server), isStranger {
            // For the user's server a client of ours would be unknown.
            wanted = []
        }
        guard !wanted.isEmpty else {
            return DaemonCertificates(directory: directory, outcome: hasProvided ? .provided : .kept)
        }
        do {
            let validity = seconds(Self.validity)
            let issuer =
                try known
                ?? IssuedCertificate(
                    commonName: IssuedCertificate.ourNames + "CA", purpose: .authority, issuer: nil, now: now,
                    validity: validity)
            for part in ["/ca", "/server", "/client"] {
                try CertificateFiles.makeDirectory(directory + part)
            }
            if known == nil {
                try CertificateFiles.write(try issuer.keyPEM, to: authorityKey, mode: 0o600)
                try CertificateFiles.write(try issuer.certificatePEM, to: authorityCertificate, mode: 0o644)
            }
            for (paths, purpose, name, mode) in wanted {
                let issued = try IssuedCertificate(
                    commonName: IssuedCertificate.ourNames + name, purpose: purpose, issuer: issuer, now: now,
                    validity: validity)
                try CertificateFiles.write(try issued.keyPEM, to: paths.key, mode: mode)
                try CertificateFiles.write(try issued.certificatePEM, to: paths.certificate, mode: 0o644)
                try CertificateFiles.write(try issuer.certificatePEM, to: paths.authority, mode: 0o644)
            }
        } catch let error as DaemonCertificatesError {
            throw error
        } catch {
            throw .generation(reason: "\(error)")
        }
        return DaemonCertificates(directory: directory, outcome: known == nil ? .generated : .renewed)
    }

    /// The CA that certificates can be issued from; nil: a new one has to be made.
    ///
    /// - Throws: `unusable` where a CA of the user's cannot be used.
    private static func usableAuthority(
        certificate: String, key: String, sides: [Paths], now: Date, deadline: Date
    ) throws(DaemonCertificatesError) -> IssuedCertificate? {
        let text = try CertificateFiles.read(certificate) ?? ""
        let authority = try readPair(certificate: certificate, key: key)
        // Of a broken file its copies beside the certificates tell whose it is.
        var isOurs = IssuedCertificate.isOurs(text)
        for side in sides where isOurs == nil {
            isOurs = IssuedCertificate.isOurs(try CertificateFiles.read(side.authority) ?? "")
        }
        let isThere = !text.isEmpty || CertificateFiles.isFilled(key)
        if !isThere || isOurs == true {
            return authority.flatMap {
                isUsableAuthority($0.certificate, now: now, deadline: deadline) ? $0 : nil
            }
        }
        guard let authority else {
            throw .unusable(
                path: certificate, reason: "it or its key.pem cannot be read, or they do not belong together")
        }
        try checkTime(of: authority.certificate, at: certificate, now: now)
        guard isUsableAuthority(authority.certificate, now: now, deadline: now) else {
            throw .unusable(path: certificate, reason: "it is not the certificate of a CA")
        }
        return authority
    }

    /// Whether the files of one side are the user's: there, and not issued by this program.
    private static func isProvided(_ paths: Paths) throws(DaemonCertificatesError) -> Bool {
        guard [paths.certificate, paths.key].contains(where: CertificateFiles.isFilled) else { return false }
        if let isOurs = IssuedCertificate.isOurs(try CertificateFiles.read(paths.certificate) ?? "") {
            return !isOurs
        }
        // A broken one is ours where our CA lies beside it.
        return IssuedCertificate.isOurs(try CertificateFiles.read(paths.authority) ?? "") != true
    }

    private static func vouches(
        _ authority: IssuedCertificate?, in paths: Paths
    ) throws(DaemonCertificatesError) -> Bool {
        guard let authority else { return false }
        let text = try CertificateFiles.read(paths.authority) ?? ""
        return (try? Certificate(pemEncoded: text)) == authority.certificate
    }

    private init(directory: String, outcome: Outcome) {
        self.directory = directory
        self.outcome = outcome
    }

    private static func seconds(_ duration: Duration) -> TimeInterval {
        TimeInterval(duration.components.seconds)
    }

    private static func readPair(
        certificate: String, key: String
    ) throws(DaemonCertificatesError) -> IssuedCertificate? {
        IssuedCertificate(
            certificatePEM: try CertificateFiles.read(certificate), keyPEM: try CertificateFiles.read(key))
    }

    private static func isUsableAuthority(_ certificate: Certificate, now: Date, deadline: Date) -> Bool {
        guard case .isCertificateAuthority = try? certificate.extensions.basicConstraints else {
            return false
        }
        return certificate.notValidBefore <= now && certificate.notValidAfter > deadline
    }

    /// Whether one side's three files are whole, of this CA, for these names, and good for a while.
    private static func isCurrent(
        _ paths: Paths, of authority: IssuedCertificate, names: Set<SubjectName>?, now: Date, deadline: Date
    ) throws(DaemonCertificatesError) -> Bool {
        guard let issued = try readPair(certificate: paths.certificate, key: paths.key),
            let above = try CertificateFiles.read(paths.authority),
            (try? Certificate(pemEncoded: above)) == authority.certificate
        else { return false }
        let certificate = issued.certificate
        let end = certificate.notValidAfter
        return certificate.notValidBefore <= now && end > now
            && (end > deadline || end == authority.certificate.notValidAfter)
            && certificate.issuer == authority.certificate.subject
            && authority.certificate.publicKey.isValidSignature(certificate.signature, for: certificate)
            && (names == nil || SubjectName.names(of: certificate) == names)
    }

    private static func checkProvided(_ paths: Paths, now: Date) throws(DaemonCertificatesError) {
        guard let issued = try readPair(certificate: paths.certificate, key: paths.key) else {
            throw .unusable(
                path: paths.directory,
                reason: "cert.pem and key.pem cannot be read, or do not belong together")
        }
        try checkTime(of: issued.certificate, at: paths.certificate, now: now)
        // Only that it can be read: there may be intermediate certificates between the two.
        guard let text = try CertificateFiles.read(paths.authority),
            let authority = try? Certificate(pemEncoded: text)
        else { throw .unusable(path: paths.authority, reason: "it cannot be read") }
        try checkTime(of: authority, at: paths.authority, now: now)
    }

    private static func checkTime(
        of certificate: Certificate, at path: String, now: Date
    ) throws(DaemonCertificatesError) {
        if certificate.notValidAfter <= now {
            throw .unusable(
                path: path, reason: "it expired at \(certificate.notValidAfter.formatted(.iso8601))")
        }
        if certificate.notValidBefore > now {
            throw .unusable(
                path: path, reason: "it is not valid before \(certificate.notValidBefore.formatted(.iso8601))"
            )
        }
    }
}
