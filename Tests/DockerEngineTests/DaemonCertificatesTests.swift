import FoundationEssentials
import Glibc
import Linux
import Testing

@testable import DockerEngine

/// The certificates of the TLS port: layout, modes, reuse; openssl judges what they are worth.
@Suite struct DaemonCertificatesTests {
    private static let names: [SubjectName] = [.dns("docker"), .dns("localhost"), .ip([10, 1, 2, 3])]
    private static let day: TimeInterval = 86400

    private func text(_ path: String) throws -> String {
        try #require(try CertificateFiles.read(path))
    }

    private func mode(_ path: String) throws -> UInt32 {
        try #require(FileStatus(path), "\(path)").mode
    }

    @Test func layoutAndModes() async throws {
        try await withTemporaryDirectory { directory in
            let directory = directory + "/certs/nested"
            let made = try DaemonCertificates.ensure(in: directory + "/", names: Self.names)
            #expect(made.outcome == .generated)
            #expect(made.directory == directory)
            #expect(entries(of: directory) == ["ca", "client", "server"])
            #expect(entries(of: directory + "/ca") == ["cert.pem", "key.pem"])
            for paths in [made.server, made.client] {
                #expect(entries(of: paths.directory) == ["ca.pem", "cert.pem", "key.pem"])
                #expect(try mode(paths.key) == 0o600)
                #expect(try text(paths.authority) == text(directory + "/ca/cert.pem"))
            }
            #expect(try mode(directory + "/ca/key.pem") == 0o600)
            #expect(try text(made.server.key).hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        }
    }

    @Test func keptWhileGood() async throws {
        try await withTemporaryDirectory { directory in
            let first = try DaemonCertificates.ensure(in: directory, names: Self.names)
            let certificate = try text(first.server.certificate)
            #expect(chmod(first.server.key, 0o644) == 0)
            let second = try DaemonCertificates.ensure(in: directory, names: Self.names.reversed())
            #expect(second.outcome == .kept)
            #expect(try text(second.server.certificate) == certificate)
            #expect(try mode(second.server.key) == 0o600)
        }
    }

    @Test func clientKeyForEveryone() async throws {
        try await withTemporaryDirectory { directory in
            var made = try DaemonCertificates.ensure(
                in: directory, names: Self.names, clientKeyAccess: .everyone)
            #expect(try mode(made.client.key) == 0o644)
            #expect(try mode(made.server.key) == 0o600)
            made = try DaemonCertificates.ensure(in: directory, names: Self.names)
            #expect(made.outcome == .kept)
            #expect(try mode(made.client.key) == 0o600)
        }
    }

    @Test func otherNamesRenewUnderTheSameAuthority() async throws {
        try await withTemporaryDirectory { directory in
            let first = try DaemonCertificates.ensure(in: directory, names: Self.names)
            let authority = try text(first.server.authority)
            let certificate = try text(first.server.certificate)
            let second = try DaemonCertificates.ensure(in: directory, names: Self.names + [.dns("new")])
            #expect(second.outcome == .renewed)
            #expect(try text(second.server.authority) == authority)
            #expect(try text(second.server.certificate) != certificate)
            #expect(try DaemonCertificates.ensure(in: directory, names: Self.names).outcome == .renewed)
        }
    }

    @Test func madeAnewBeforeTheyEnd() async throws {
        try await withTemporaryDirectory { directory in
            let now = Date()
            let first = try DaemonCertificates.ensure(in: directory, names: Self.names, now: now)
            let authority = try text(first.server.authority)
            let later = now.addingTimeInterval(790 * Self.day)
            #expect(
                try DaemonCertificates.ensure(in: directory, names: Self.names, now: later).outcome == .kept)
            let latest = now.addingTimeInterval(796 * Self.day)
            #expect(
                try DaemonCertificates.ensure(in: directory, names: Self.names, now: latest).outcome
                    == .generated)
            #expect(try text(first.server.authority) != authority)
        }
    }

    @Test(arguments: ["ca/cert.pem", "server/cert.pem", "server/key.pem", "client/key.pem", "client/ca.pem"])
    func brokenFileIsReplaced(name: String) async throws {
        try await withTemporaryDirectory { directory in
            _ = try DaemonCertificates.ensure(in: directory, names: Self.names)
            try CertificateFiles.write("-----BEGIN CERT", to: directory + "/" + name, mode: 0o600)
            let again = try DaemonCertificates.ensure(in: directory, names: Self.names)
            #expect(again.outcome == (name.hasPrefix("ca/") ? .generated : .renewed))
            #expect(try DaemonCertificates.ensure(in: directory, names: Self.names).outcome == .kept)
        }
    }

    @Test func keyOfAnotherCertificateIsReplaced() async throws {
        try await withTemporaryDirectory { directory in
            let made = try DaemonCertificates.ensure(in: directory, names: Self.names)
            try CertificateFiles.write(try text(made.client.key), to: made.server.key, mode: 0o600)
            #expect(try DaemonCertificates.ensure(in: directory, names: Self.names).outcome == .renewed)
        }
    }

    @Test func providedOnesAreLeftAlone() async throws {
        try await withTemporaryDirectory { directory in
            let made = try DaemonCertificates.ensure(in: directory, names: Self.names)
            #expect(unlink(directory + "/ca/key.pem") == 0)
            let certificate = try text(made.server.certificate)
            let again = try DaemonCertificates.ensure(in: directory, names: [.dns("other")])
            #expect(again.outcome == .provided)
            #expect(try text(made.server.certificate) == certificate)

            try CertificateFiles.write(try text(made.client.key), to: made.server.key, mode: 0o600)
            #expect(
                throws: DaemonCertificatesError.unusable(
                    path: made.server.directory,
                    reason: "cert.pem and key.pem cannot be read, or do not belong together")
            ) { try DaemonCertificates.ensure(in: directory, names: Self.names) }
        }
    }

    /// Writes a CA of the user's, and a server's certificate of it.
    private func provide(
        in directory: String, server: Bool, now: Date = Date(), validity: TimeInterval = 400 * day
    ) throws -> IssuedCertificate {
        let authority = try IssuedCertificate(
            commonName: "Corporation", purpose: .authority, issuer: nil, now: now, validity: validity)
        for part in ["/ca", "/server"] { try CertificateFiles.makeDirectory(directory + part) }
        try CertificateFiles.write(try authority.keyPEM, to: directory + "/ca/key.pem", mode: 0o600)
        try CertificateFiles.write(
            try authority.certificatePEM, to: directory + "/ca/cert.pem", mode: 0o644)
        guard server else { return authority }
        let issued = try IssuedCertificate(
            commonName: "docker.corporation", purpose: .server([.dns("docker.corporation")]),
            issuer: authority, now: now, validity: validity)
        try CertificateFiles.write(try issued.keyPEM, to: directory + "/server/key.pem", mode: 0o640)
        try CertificateFiles.write(
            try issued.certificatePEM, to: directory + "/server/cert.pem", mode: 0o644)
        try CertificateFiles.write(
            try authority.certificatePEM, to: directory + "/server/ca.pem", mode: 0o644)
        return authority
    }

    @Test func theUsersAuthorityIsUsedAndNeverReplaced() async throws {
        try await withTemporaryDirectory { directory in
            // It ends before the margin for renewal begins: ours would be made anew.
            let authority = try provide(in: directory, server: false, validity: 20 * Self.day)
            let made = try DaemonCertificates.ensure(in: directory, names: Self.names)
            #expect(made.outcome == .renewed)
            #expect(try text(directory + "/ca/cert.pem") == authority.certificatePEM)
            #expect(try text(made.client.authority) == authority.certificatePEM)
            // They are of that CA; and as nothing can outlive it, they are not made anew for its nearing end.
            #expect(try DaemonCertificates.ensure(in: directory, names: Self.names).outcome == .kept)
        }
    }

    @Test func theUsersServerIsUsedAsItIsAlsoBesideItsAuthority() async throws {
        try await withTemporaryDirectory { directory in
            _ = try provide(in: directory, server: true)
            let certificate = try text(directory + "/server/cert.pem")
            let made = try DaemonCertificates.ensure(in: directory, names: Self.names)
            #expect(try text(made.server.certificate) == certificate)
            #expect(try mode(made.server.key) == 0o640, "its mode is the user's too")
            #expect(entries(of: made.client.directory) == ["ca.pem", "cert.pem", "key.pem"])
            let again = try DaemonCertificates.ensure(in: directory, names: Self.names)
            #expect(again.outcome == .provided)
        }
    }

    @Test(arguments: [true, false])
    func whatHasExpiredIsNamedAndLeftAlone(server: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let past = Date().addingTimeInterval(-30 * Self.day)
            _ = try provide(in: directory, server: server, now: past, validity: 10 * Self.day)
            if server { #expect(unlink(directory + "/ca/key.pem") == 0) }
            let before = try text(directory + "/ca/cert.pem")
            #expect {
                try DaemonCertificates.ensure(in: directory, names: Self.names)
            } throws: { error in
                guard case DaemonCertificatesError.unusable(let path, let reason) = error else {
                    return false
                }
                return path == directory + (server ? "/server/cert.pem" : "/ca/cert.pem")
                    && reason.hasPrefix("it expired at ")
            }
            #expect(try text(directory + "/ca/cert.pem") == before)
        }
    }

    @Test func brokenFilesOfTheUsersAreNotReplaced() async throws {
        try await withTemporaryDirectory { directory in
            _ = try provide(in: directory, server: true)
            try CertificateFiles.write("-----BEGIN CERT", to: directory + "/server/cert.pem", mode: 0o644)
            #expect(throws: DaemonCertificatesError.self) {
                try DaemonCertificates.ensure(in: directory, names: Self.names)
            }
            #expect(try text(directory + "/server/cert.pem") == "-----BEGIN CERT")
        }
    }

    @Test func needsANameAndADirectory() async throws {
        try await withTemporaryDirectory { directory in
            #expect(throws: DaemonCertificatesError.noSubjectNames) {
                try DaemonCertificates.ensure(in: directory, names: [])
            }
            try CertificateFiles.write("", to: directory + "/file", mode: 0o600)
            #expect {
                try DaemonCertificates.ensure(in: directory + "/file/certs", names: Self.names)
            } throws: { error in
                guard case DaemonCertificatesError.file = error else { return false }
                return true
            }
            #expect(entries(of: directory) == ["file"])
        }
    }

    @Test func opensslAcceptsThem() async throws {
        try await withTemporaryDirectory { directory in
            let names = Self.names + [try #require(SubjectName(ip: "fd00::1"))]
            let made = try DaemonCertificates.ensure(in: directory, names: names)
            guard OpenSSL.isInstalled else { return }
            let chain = ["verify", "-x509_strict", "-CAfile", made.server.authority]
            for (options, accepted) in [
                (["-purpose", "sslserver", "-verify_hostname", "docker"], true),
                (["-purpose", "sslserver", "-verify_ip", "10.1.2.3"], true),
                (["-purpose", "sslserver", "-verify_ip", "fd00::1"], true),
                (["-purpose", "sslserver", "-verify_ip", "10.1.2.4"], false),
                (["-purpose", "sslserver", "-verify_hostname", "elsewhere"], false),
                (["-purpose", "sslclient"], false),
            ] {
                #expect(
                    try OpenSSL.run(chain + options + [made.server.certificate]) == accepted, "\(options)")
            }
            #expect(try OpenSSL.run(chain + ["-purpose", "sslclient", made.client.certificate]))
            #expect(try OpenSSL.run(chain + ["-purpose", "sslserver", made.client.certificate]) == false)
            #expect(try OpenSSL.run(["pkey", "-noout", "-in", made.server.key]))
            // Not valid any more after 825 days: 825 * 86400 = 71280000.
            let expiry = ["x509", "-noout", "-in", made.server.certificate, "-checkend"]
            #expect(try OpenSSL.run(expiry + ["71000000"]))
            #expect(try OpenSSL.run(expiry + ["71280000"]) == false)
        }
    }

    @Test func subjectNames() throws {
        #expect(
            try SubjectName.parse("DNS:Docker, IP:10.0.0.1,IP:fd00::1,,DNS:*.a.b")
                == [
                    .dns("docker"), .ip([10, 0, 0, 1]),
                    .ip([0xfd, 0] + [UInt8](repeating: 0, count: 13) + [1]),
                    .dns("*.a.b"),
                ])
        #expect(try SubjectName.parse("") == [])
        #expect(try SubjectName.parse("IP:fd00:0::1,DNS:a").map(\.description) == ["IP:fd00::1", "DNS:a"])
    }

    @Test(arguments: [
        "docker", "DNS:", "DNS:a..b", "DNS:a b", "DNS:-a", "IP:1.2.3", "IP:a", "URI:x", "DNS:ä",
    ])
    func textThatIsNoSubjectName(text: String) {
        #expect(throws: DaemonCertificatesError.invalidSubjectName(text)) { try SubjectName.parse(text) }
    }
}

/// The openssl command, where there is one.
private enum OpenSSL {
    static let path = ["/usr/bin/openssl", "/usr/local/bin/openssl"]
        .first { (path: String) in access(path, X_OK) == 0 }

    static var isInstalled: Bool { path != nil }

    /// Runs it silently; whether it succeeds.
    static func run(_ arguments: [String]) throws -> Bool {
        guard let path else { throw SystemFailure(call: "find openssl", number: ENOENT) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: CInt in [0, 1, 2] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        let words: [String] = [path] + arguments
        var argv: [UnsafeMutablePointer<CChar>?] = words.map { (text: String) in strdup(text) }
        argv.append(nil)
        defer { for text in argv { free(text) } }
        var pid: pid_t = 0
        let result = posix_spawn(&pid, path, &actions, nil, &argv, environ)
        guard result == 0 else { throw SystemFailure(call: "posix_spawn", number: result) }
        var status: CInt = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { throw SystemFailure(call: "waitpid", number: errno) }
        }
        return status == 0
    }
}
