import Foundation
import TestSupport
import Testing

/// Certificates that the user brings are used as they are.
@Suite(.serialized, .needs(.podImage, .program("openssl")))
struct CertificateTests {
    /// A directory in the layout of DOCKER_TLS_CERTDIR, with a CA of somebody else's; its own CA key stays outside.
    private final class Provided {
        let path = "/tmp/kj-certificates-" + String(UInt32.random(in: .min ... .max), radix: 36)

        init(until end: String = "20490101000000Z") throws {
            try Command.require(
                "sh", "-c",
                """
                set -e
                mkdir -p \(path)/made \(path)/certs/server \(path)/certs/client && cd \(path)/made
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem \
                    -subj '/CN=Somebody CA' -days 365 2>/dev/null
                : >index.txt; echo 01 >serial
                cat >ca.cnf <<'END'
                [ca]
                default_ca=d
                [d]
                database=index.txt
                serial=serial
                new_certs_dir=.
                default_md=sha256
                policy=p
                [p]
                commonName=supplied
                END
                for side in server client; do
                    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $side.key -out $side.csr \
                        -subj "/CN=somebody $side" 2>/dev/null
                    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\\nextendedKeyUsage=%sAuth\\n' $side >$side.ext
                    openssl ca -batch -config ca.cnf -in $side.csr -cert ca.pem -keyfile ca.key -extfile $side.ext \
                        -startdate 20200101000000Z -enddate \(end) -out $side.pem -notext 2>/dev/null
                    install -m 0644 ca.pem ../certs/$side/ca.pem
                    install -m 0644 $side.pem ../certs/$side/cert.pem
                    install -m 0600 $side.key ../certs/$side/key.pem
                done
                """)
        }

        var certificates: String { path + "/certs" }

        /// Every file with its content, mode and time.
        func state() throws -> String {
            try Command.require(
                "sh", "-c",
                "cd \(certificates) && find . -printf '%p %m %T@\\n' | sort && find . -type f | sort | xargs sha256sum"
            )
        }

        deinit { _ = try? Command.run(["rm", "-rf", path]) }
    }

    @Test func theUsersOwnAreUsedReadOnlyAndUntouched() throws {
        let provided = try Provided()
        let before = try provided.state()
        let container = try PodContainer([
            "--privileged", "-e", "DOCKER_TLS_CERTDIR=/certs", "-v", "\(provided.certificates):/certs:ro",
        ])
        defer { container.remove() }
        try container.waitUntilReady()
        let trusted = try Command.run([
            "docker", "exec", "-e", "DOCKER_TLS_VERIFY=1", "-e", "DOCKER_CERT_PATH=/certs/client",
            container.name,
            "docker", "-H", "tcp://localhost:2376", "version", "-f", "{{.Server.Version}}",
        ])
        #expect(trusted.status == 0, "\(trusted)")
        // It is the server's certificate of the user's CA that is shown there.
        let shown = try container.require(
            "sh", "-c",
            "openssl s_client -connect localhost:2376 -cert /certs/client/cert.pem -key /certs/client/key.pem"
                + " </dev/null 2>/dev/null | openssl x509 -noout -subject -issuer")
        #expect(shown.contains("somebody server") && shown.contains("Somebody CA"), "\(shown)")
        try container.kill("TERM")
        #expect(try container.wait() == 143, "\(container.errors)")
        #expect(try provided.state() == before)
    }

    @Test func anExpiredOneIsNamedAndKept() throws {
        let provided = try Provided(until: "20200201000000Z")
        let before = try provided.state()
        let result = try PodContainer.run(
            ["--privileged", "-e", "DOCKER_TLS_CERTDIR=/certs", "-v", "\(provided.certificates):/certs"],
            ["--", "true"])
        #expect(result.status != 0, "\(result)")
        #expect(
            result.errors.contains("/certs/server/cert.pem")
                && result.errors.contains("it expired at 2020-02-01"),
            "\(result)")
        #expect(try provided.state() == before)
    }

    @Test func aTCPPortWithoutTLSIsThereWhereItWasAskedFor() throws {
        let result = try PodContainer.run(
            ["--privileged", "-e", "DOCKER_ARGS=-H tcp://127.0.0.1:2375"],
            [
                "--insecure-tcp", "-q", "--", "docker", "-H", "tcp://127.0.0.1:2375", "version", "-f",
                "{{.Server.Os}}",
            ])
        #expect(result.status == 0 && result.output == "linux\n", "\(result)")
    }
}
