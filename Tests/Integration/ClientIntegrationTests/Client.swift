import Foundation
import TestSupport

/// `kinkajou` as a person with a kubeconfig and a home of their own calls it.
struct Client {
    let host: HostCluster
    /// The home directory.
    let home: String
    /// Where its clusters are.
    let namespace: String
    /// The variables of its own.
    var environment: [String: String] = [:]

    /// The person's kubeconfig.
    var kubeconfig: String { home + "/.kube/config" }

    /// A person with the administrator's kubeconfig, and a namespace that is made.
    init(_ host: HostCluster, namespace: String) throws {
        self.host = host
        self.namespace = namespace
        home = FileManager.default.temporaryDirectory.path + "/kinkajou-\(UUID().uuidString)"
        do {
            try FileManager.default.createDirectory(
                atPath: home + "/.kube", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try FileManager.default.copyItem(atPath: host.kubeconfig, toPath: kubeconfig)
            try Command.require(
                "kubectl", "--kubeconfig", kubeconfig, "config", "set-context", "--current", "--namespace",
                namespace)
            try host.kubectl("create", "namespace", namespace)
        } catch {
            try? FileManager.default.removeItem(atPath: home)
            throw error
        }
    }

    /// The file with a kubeconfig of one of the namespace's service accounts, and its token.
    func kubeconfig(of account: String) throws -> (file: String, token: String) {
        try Wait.until("the token of the account \(account)", seconds: 30) {
            try host.kubectl("get", "secret", "-n", namespace, "-o", "name").contains("\(account)-token")
        }
        let secret = try host.kubectl(
            "get", "serviceaccount", "-n", namespace, account, "-o", "jsonpath={.secrets[0].name}")
        let encoded = try host.kubectl(
            "get", "secret", "-n", namespace, secret, "-o", "jsonpath={.data.token}")
        let token = String(decoding: Data(base64Encoded: encoded) ?? Data(), as: UTF8.self)
        let file = "\(home)/\(account).yaml"
        try kubectl("config", "view", "--raw", "--minify").write(
            toFile: file, atomically: true, encoding: .utf8)
        try Command.require(
            "kubectl", "--kubeconfig", file, "config", "set-credentials", account, "--token", token)
        try Command.require(
            "kubectl", "--kubeconfig", file, "config", "set-context", "--current", "--user", account)
        return (file, token)
    }

    /// Takes all of it away.
    func remove() {
        _ = try? run("delete", "clusters", "--all", "-q", seconds: 150)
        _ = try? host.kubectl("delete", "namespace", namespace, "--wait=false")
        try? FileManager.default.removeItem(atPath: home)
    }

    /// The call of a program, with this person's environment.
    func setup(_ program: String, _ words: [String], input: String? = nil) throws -> ChildProcess.Setup {
        let kinkajou = try BuiltBinary.path("kinkajou")
        let directory = (kinkajou as NSString).deletingLastPathComponent
        var variables = ProcessInfo.processInfo.environment
        // What is said to the scripts that make the host cluster is not for the commands.
        for name in [
            "KUBECONFIG", "KINKAJOU_POD_IMAGE", "KIND_CLUSTER_NAME", "KIND_NODE_IMAGE", "KINKAJOU_PROVIDER",
            "KIND_EXPERIMENTAL_PROVIDER",
        ] {
            variables[name] = nil
        }
        variables["HOME"] = home
        variables["PATH"] = directory + ":" + (variables["PATH"] ?? "/usr/bin:/bin")
        variables.merge(environment) { $1 }
        var setup: ChildProcess.Setup
        if let input {
            // Through a shell, for a pipe with an end.
            variables["KINKAJOU_TEST_INPUT"] = input
            setup = ChildProcess.Setup(
                "/bin/sh", ["-c", "printf %s \"$KINKAJOU_TEST_INPUT\" | \"$0\" \"$@\"", program] + words)
        } else {
            setup = ChildProcess.Setup(program, words)
        }
        setup.environment = variables.map { "\($0)=\($1)" }
        return setup
    }

    /// Runs `kinkajou`, and returns whatever comes of it.
    func run(_ words: String..., input: String? = nil, seconds: Double = 240) throws -> Command.Result {
        try Command.run(try setup(try BuiltBinary.path("kinkajou"), words, input: input), seconds: seconds)
    }

    /// Runs `kinkajou`, which must succeed, and returns its stdout.
    @discardableResult
    func require(_ words: String..., input: String? = nil, seconds: Double = 240) throws -> String {
        let result = try Command.run(
            try setup(try BuiltBinary.path("kinkajou"), words, input: input), seconds: seconds)
        guard result.status == 0 else { throw Command.Failure(words: ["kinkajou"] + words, result: result) }
        return result.output
    }

    /// Runs `kubectl` as this person, which must succeed.
    @discardableResult
    func kubectl(_ words: String..., seconds: Double = 60) throws -> String {
        let result = try Command.run(try setup("kubectl", words), seconds: seconds)
        guard result.status == 0 else { throw Command.Failure(words: ["kubectl"] + words, result: result) }
        return result.output
    }

    /// What of ours is in the namespace, but for what kubelets and controllers make by themselves.
    func leftovers() throws -> [String] {
        let list = try host.kubectl(
            "get", "pods,services,secrets,networkpolicies,jobs", "-n", namespace, "-l",
            "app.kubernetes.io/managed-by=kinkajou", "-o", "name")
        return list.split(separator: "\n").map(String.init)
    }

    /// Waits until the garbage collector has taken what belonged to a cluster.
    func expectNothingLeft(seconds: Double = 60) throws {
        try Wait.until("nothing to be left in \(namespace)", seconds: seconds) { try leftovers().isEmpty }
    }
}
