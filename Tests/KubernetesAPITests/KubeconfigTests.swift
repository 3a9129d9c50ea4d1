import Formats
import Foundation
import KubernetesTestSupport
import Testing
import Values

@testable import KubernetesAPI

@Suite struct KubeconfigTests {
    static let sample = """
        apiVersion: v1
        kind: Config
        preferences:
          colors: true
        current-context: dev
        clusters:
        - name: dev
          cluster:
            server: https://10.0.0.1:6443
            certificate-authority: ca.crt
            unknown-field: kept
        contexts:
        - name: dev
          context:
            cluster: dev
            user: jane
            namespace: team
        - name: other
          context: {cluster: dev, user: jane}
        users:
        - name: jane
          user:
            token: S3CRET
            client-certificate: certs/../jane.crt
            exec: {command: ./bin/login}
        extensions:
        - name: something
          extension: {a: [1, 2]}
        """

    @Test func unknownFieldsSurvive() throws {
        var config = try Kubeconfig(yaml: Self.sample, file: nil)
        #expect(config.currentContext == "dev")
        #expect(config.contexts.map(\.name) == ["dev", "other"])
        #expect(config.contexts[0].namespace == "team")
        #expect(config.contexts[1].namespace == nil)
        config.setCluster("new", ["server": "https://new"])
        config.setContext("new", ["cluster": "new", "user": "jane"])
        config.currentContext = "new"
        let removed = (config.removeContext("other"), config.removeUser("nobody"))
        #expect(removed == (true, false))
        let again = try Kubeconfig(yaml: config.yaml(), file: nil)
        #expect(again == config)
        let root = try JSONValue(yaml: config.yaml())
        #expect(root["preferences"]["colors"] == true)
        #expect(root["extensions"][0]["extension"]["a"] == [1, 2])
        #expect(again.cluster("dev")?["unknown-field"] == "kept")
        #expect(again.contexts.map(\.name) == ["dev", "new"])
        #expect(again.currentContext == "new")
    }

    @Test func anEmptyFileIsAnEmptyConfig() throws {
        let config = try Kubeconfig(yaml: "", file: nil)
        #expect(config.contexts.isEmpty)
        let root = try JSONValue(yaml: config.yaml())
        #expect(root["kind"] == "Config")
        #expect(root["clusters"] == [])
    }

    @Test(arguments: ["- a", "kind: Pod", "clusters: {}", "users: [{user: {}}]", "a: ["])
    func whatIsNoKubeconfig(_ yaml: String) {
        #expect(throws: KubeconfigError.self) { try Kubeconfig(yaml: yaml, file: "x") }
    }

    @Test func nothingShowsSecrets() throws {
        let config = try Kubeconfig(yaml: Self.sample, file: nil)
        var dumped = ""
        dump(config, to: &dumped)
        #expect(!("\(config)" + String(reflecting: config) + dumped).contains("S3CRET"))
        let resolved = try ClientConfiguration(
            config.withoutFiles(), files: ["x"], context: nil, environment: [:])
        dumped = ""
        dump(resolved, to: &dumped)
        #expect(!("\(resolved)" + String(reflecting: resolved) + dumped).contains("S3CRET"))
    }

    /// <https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files>
    @Test func theFirstOfSeveralFilesWins() async throws {
        try await withTemporaryDirectory { folder in
            try FileManager.default.createDirectory(
                atPath: folder + "/sub", withIntermediateDirectories: true)
            try writeFile(folder + "/sub/one", Self.sample)
            try writeFile(
                folder + "/two",
                """
                current-context: other
                clusters:
                - {name: dev, cluster: {server: https://loser}}
                - {name: second, cluster: {server: https://second, certificate-authority: /abs/ca.crt}}
                users:
                - {name: bob, user: {tokenFile: token}}
                """)
            let list = "\(folder)/missing::\(folder)/sub/one:\(folder)/two:\(folder)/two"
            let config = try Kubeconfig.load(explicit: nil, environment: ["KUBECONFIG": list])
            #expect(config.currentContext == "dev")
            #expect(config.clusterNames == ["dev", "second"])
            #expect(config.cluster("dev")?["server"] == "https://10.0.0.1:6443")
            // Paths are relative to the file that they are in.
            #expect(config.cluster("dev")?["certificate-authority"].string == folder + "/sub/ca.crt")
            #expect(config.cluster("second")?["certificate-authority"] == "/abs/ca.crt")
            #expect(config.user("bob")?["tokenFile"].string == folder + "/token")
            #expect(config.user("jane")?["client-certificate"].string == folder + "/sub/jane.crt")
            #expect(config.user("jane")?["exec"]["command"].string == folder + "/sub/bin/login")
            #expect(config.cluster("dev")?.object.keys.contains("certificate-authority-data") == false)

            #expect(throws: KubeconfigError.missing(file: folder + "/missing")) {
                try Kubeconfig.load(explicit: folder + "/missing", environment: [:])
            }
        }
    }

    @Test func homeIsTheLastResort() async throws {
        try await withTemporaryDirectory { folder in
            #expect(try Kubeconfig.load(explicit: nil, environment: ["HOME": folder]).contexts.isEmpty)
            try FileManager.default.createDirectory(
                atPath: folder + "/.kube", withIntermediateDirectories: true)
            try writeFile(folder + "/.kube/config", Self.sample)
            #expect(try Kubeconfig.load(explicit: nil, environment: ["HOME": folder]).currentContext == "dev")
            func target(_ explicit: String?, _ environment: [String: String]) -> String {
                KubeconfigFiles(explicit: explicit, environment: environment).target
            }
            #expect(target(nil, ["HOME": folder]) == folder + "/.kube/config")
            #expect(target("/e", ["HOME": folder]) == "/e")
            let list = "\(folder)/no:\(folder)/.kube/config:\(folder)/neither"
            #expect(target(nil, ["KUBECONFIG": list]) == folder + "/.kube/config")
            #expect(target(nil, ["KUBECONFIG": "\(folder)/no:\(folder)/neither"]) == folder + "/neither")
        }
    }
}

extension Kubeconfig {
    /// Without references to files that are not there.
    fileprivate func withoutFiles() -> Kubeconfig {
        var copy = self
        copy.setCluster("dev", ["server": "https://10.0.0.1:6443"])
        copy.setUser("jane", ["token": "S3CRET"])
        return copy
    }
}
