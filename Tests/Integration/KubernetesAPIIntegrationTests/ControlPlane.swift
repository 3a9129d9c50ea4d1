import Foundation
import KubernetesAPI
import KubernetesTestSupport
import TestSupport
import Testing
import Values

extension Part {
    /// The programs of ``ControlPlane``.
    static let controlPlane = Part("control-plane") {
        ControlPlane.Programs.found != nil
            ? nil
            : "no kube-apiserver in KINKAJOU_CACHE, or no etcd on PATH: run scripts/parts node-image etcd"
    }
}

/// A real etcd and a real kube-apiserver on free ports of this machine.
final class ControlPlane: Sendable {
    /// The control plane that the running suite has.
    @TaskLocal static var current: ControlPlane?

    /// The programs; nil when they are not here.
    struct Programs: Sendable {
        let etcd: String
        let apiServer: String

        /// The API server is in the cache of the node image's build, or in a folder that `KINKAJOU_TEST_KUBERNETES`
        /// names; etcd beside it, or on PATH.
        static let found: Programs? = {
            let environment = ProcessInfo.processInfo.environment
            let cache = CacheDirectory.path
            let cached = ((try? FileManager.default.contentsOfDirectory(atPath: cache)) ?? [])
                .filter { $0.hasPrefix("kubernetes-") }.sorted().map { "\(cache)/\($0)/bin" }
            let folders = (environment["KINKAJOU_TEST_KUBERNETES"].map { [$0] } ?? []) + cached
            let path = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
            func first(_ name: String, _ folders: [String]) -> String? {
                folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
            }
            guard let apiServer = first("kube-apiserver", folders), let etcd = first("etcd", folders + path)
            else {
                return nil
            }
            return Programs(etcd: etcd, apiServer: apiServer)
        }()
    }

    let folder: String
    let programs: Programs
    let authority: TestCertificate
    let etcdPort: Int
    private let etcd: UncheckedBox<ChildProcess>

    /// Starts etcd, makes the certificates, and runs `body`; everything is ended and removed afterwards.
    static func with(_ body: (ControlPlane) async throws -> Void) async throws {
        guard let programs = Programs.found else { throw Missing() }
        try await withTemporaryDirectory { folder in
            let controlPlane = try await ControlPlane(folder: folder, programs: programs)
            defer { controlPlane.etcd.value.end() }
            try await body(controlPlane)
        }
    }

    struct Missing: Error {}

    private init(folder: String, programs: Programs) async throws {
        self.folder = folder
        self.programs = programs
        authority = try TestCertificate("test authority", .authority)
        let server = try TestCertificate(
            "kube-apiserver", .server(["127.0.0.1", "localhost", "kubernetes.default"]), issuer: authority)
        let signer = try TestCertificate("service accounts", .authority)
        try writeFile(folder + "/ca.crt", authority.certificate)
        try writeFile(folder + "/server.crt", server.certificate)
        try writeFile(folder + "/server.key", server.key)
        try writeFile(folder + "/accounts.crt", signer.certificate)
        try writeFile(folder + "/accounts.key", signer.key)
        try writeFile(
            folder + "/tokens.csv", "admin-token,admin,1,system:masters\njane-token,jane,2,developers\n")
        etcdPort = try FreePort.find()
        let url = "http://127.0.0.1:\(etcdPort)"
        let peers = "http://127.0.0.1:\(try FreePort.find())"
        etcd = UncheckedBox(
            try Self.start(
                programs.etcd,
                [
                    "--data-dir", folder + "/etcd", "--listen-client-urls", url, "--advertise-client-urls",
                    url,
                    "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster",
                    "default=\(peers)",
                ], log: folder + "/etcd.log"))
        let process = etcd
        try await waitUntil("etcd") {
            if process.value.hasEnded() { throw Ended(program: "etcd", log: Self.tail(folder + "/etcd.log")) }
            return await HTTP.status(url + "/health") == 200
        }
    }

    /// A program that has ended while it was waited for.
    struct Ended: Error, CustomStringConvertible {
        let program: String
        let log: String
        var description: String { "\(program) has ended:\n\(log)" }
    }

    /// An API server that runs.
    final class APIServer: Sendable {
        let port: Int
        private let process: UncheckedBox<ChildProcess>

        fileprivate init(port: Int, process: ChildProcess) {
            self.port = port
            self.process = UncheckedBox(process)
        }

        func hasEnded() -> Bool { process.value.hasEnded() }

        /// Ends it at once, as when its machine is switched off.
        func kill() { process.value.end() }

        deinit { process.value.end() }
    }

    /// Starts an API server, and waits until it is ready.
    func startAPIServer(port: Int? = nil, options: [String] = []) async throws -> APIServer {
        let port = try port ?? FreePort.find()
        let log = "\(folder)/apiserver-\(port).log"
        let process = try Self.start(
            programs.apiServer,
            [
                "--etcd-servers=http://127.0.0.1:\(etcdPort)", "--bind-address=127.0.0.1",
                "--secure-port=\(port)",
                "--tls-cert-file=\(folder)/server.crt", "--tls-private-key-file=\(folder)/server.key",
                "--client-ca-file=\(folder)/ca.crt", "--token-auth-file=\(folder)/tokens.csv",
                "--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/24",
                "--service-account-key-file=\(folder)/accounts.crt",
                "--service-account-signing-key-file=\(folder)/accounts.key",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--disable-admission-plugins=ServiceAccount", "--cert-dir=\(folder)/run-\(port)",
            ] + options, log: log)
        let server = APIServer(port: port, process: process)
        try await KubernetesClient(
            configuration(port: port), userAgent: "kinkajou-test", retries: .never
        ).use { client in
            try await waitUntil("the API server", seconds: 120) {
                if server.hasEnded() { throw Ended(program: "kube-apiserver", log: Self.tail(log)) }
                // Ready may come before the server has made the namespace that tests use.
                for path in ["/readyz", "/api/v1/namespaces/default"] {
                    let answer = try? await client.request(APIRequest(.get, path), timeout: .seconds(5))
                    if answer == nil { return false }
                }
                return true
            }
        }
        return server
    }

    /// How to reach an API server, by default as the administrator.
    func configuration(
        port: Int, credential: Credential = Credential(authorization: .token(Secret("admin-token"))),
        trust: ClientConfiguration.Trust? = nil
    ) -> ClientConfiguration {
        ClientConfiguration(
            server: "https://127.0.0.1:\(port)",
            trust: trust ?? .authorities(Array(authority.certificate.utf8)), credential: credential)
    }

    /// Runs `body` with a client.
    @discardableResult
    func withClient<Result>(
        _ configuration: ClientConfiguration, _ body: (KubernetesClient) async throws -> Result
    ) async throws -> Result {
        try await KubernetesClient(configuration, userAgent: "kinkajou-test/1").use(body)
    }

    /// Has etcd forget everything before now.
    func compact(revision: String) async throws {
        try await HTTP.post(
            "http://127.0.0.1:\(etcdPort)/v3/kv/compaction",
            "{\"revision\":\"\(revision)\",\"physical\":true}")
    }

    private static func start(_ program: String, _ arguments: [String], log: String) throws -> ChildProcess {
        var setup = ChildProcess.Setup(program, arguments)
        let descriptor = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        setup.streams = [nil, descriptor, descriptor]
        return try ChildProcess(setup)
    }

    private static func tail(_ log: String) -> String {
        ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n").suffix(15)
            .joined(separator: "\n")
    }
}

/// A process that several tasks look at, one after the other.
final class UncheckedBox<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}

enum FreePort {
    struct None: Error {}

    /// A port that nobody listens on now.
    static func find() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard result else { throw None() }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

/// Gives a suite a control plane with one API server, for all its tests.
struct WithControlPlane: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await ControlPlane.with { controlPlane in
            let server = try await controlPlane.startAPIServer()
            defer { server.kill() }
            try await ControlPlane.$current.withValue(controlPlane) {
                try await Self.$server.withValue(server) { try await function() }
            }
        }
    }

    @TaskLocal static var server: ControlPlane.APIServer?
}
