import Foundation
import KubernetesTestSupport
import Testing
import Values

@testable import KubernetesAPI

@Suite struct ResolveTests {
    private func resolve(
        cluster: JSONValue, user: JSONValue = [:], environment: [String: String] = [:]
    ) throws -> ClientConfiguration {
        var config = Kubeconfig()
        config.setCluster("c", cluster)
        config.setUser("u", user)
        config.setContext("x", ["cluster": "c", "user": "u"])
        config.currentContext = "x"
        return try ClientConfiguration(config, files: ["f"], context: nil, environment: environment)
    }

    private func problem(cluster: JSONValue = ["server": "https://h"], user: JSONValue = [:]) -> String {
        do {
            _ = try resolve(cluster: cluster, user: user)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test func everythingThatAnEntryCanSay() throws {
        let configuration = try resolve(
            cluster: [
                "server": "https://h:1", "certificate-authority-data": "Q0E=", "tls-server-name": "name",
                "proxy-url": "socks5://p:9",
            ],
            user: [
                "token": "t", "client-certificate-data": "Q0VSVA==", "client-key": "/k", "as": "bob",
                "as-uid": "7",
                "as-groups": ["g1", "g2"], "as-user-extra": ["Scopes": ["a", "b"]],
            ])
        #expect(configuration.server == "https://h:1")
        #expect(configuration.trust == .authorities(Array("CA".utf8)))
        #expect(configuration.tlsServerName == "name")
        #expect(configuration.proxyURL?.value == "socks5://p:9")
        #expect(configuration.credential.authorization == .token(Secret("t")))
        #expect(
            configuration.credential.clientCertificate
                == .init(chain: .data(Secret(Array("CERT".utf8))), key: .file("/k")))
        #expect(
            configuration.impersonation?.headers.map { "\($0.name): \($0.value)" } == [
                "Impersonate-User: bob", "Impersonate-Uid: 7", "Impersonate-Group: g1",
                "Impersonate-Group: g2",
                "Impersonate-Extra-scopes: a", "Impersonate-Extra-scopes: b",
            ])
        #expect(configuration.namespace == "default")
        #expect(configuration.contextName == "x")
    }

    @Test func whatCannotBeUsedIsNamed() {
        #expect(problem(cluster: [:]).contains("has no server"))
        #expect(problem(cluster: ["server": "ftp://h"]).contains("is no URL"))
        #expect(
            problem(cluster: ["server": "https://h", "certificate-authority-data": "*"]).contains(
                "is not base64"))
        #expect(
            problem(cluster: ["server": "https://h", "certificate-authority": "/no/such"]).contains(
                "/no/such cannot be read"))
        #expect(
            problem(cluster: [
                "server": "https://h", "insecure-skip-tls-verify": true, "certificate-authority": "/x",
            ]).contains("and insecure-skip-tls-verify"))
        #expect(
            problem(cluster: ["server": "https://h", "proxy-url": "https://u:S3CRET@p"]).contains(
                "not supported"))
        #expect(
            !problem(cluster: ["server": "https://h", "proxy-url": "https://u:S3CRET@p"]).contains("S3CRET"))
        #expect(problem(user: ["auth-provider": ["name": "gcp"]]).contains("removed from Kubernetes"))
        #expect(problem(user: ["token": "a", "username": "b"]).contains("a token and a username"))
        #expect(problem(user: ["client-key-data": "QQ=="]).contains("has no certificate"))
        #expect(problem(user: ["client-certificate": "/c"]).contains("has no key"))
        #expect(
            problem(user: ["exec": ["command": "x", "apiVersion": "client.authentication.k8s.io/v1alpha1"]])
                .contains(
                    "is not supported"))
        #expect(
            problem(user: ["exec": ["apiVersion": "client.authentication.k8s.io/v1"]]).contains("no command"))
        #expect(
            problem(user: ["exec": ["command": "x", "apiVersion": "client.authentication.k8s.io/v1"]])
                .contains(
                    "no interactiveMode"))
    }

    /// As client-go: v1beta1 may leave interactiveMode out, and v1 may not.
    @Test func anOlderPluginNeedNotSayWhetherItAsks() throws {
        let user: JSONValue = [
            "exec": [
                "command": "x", "apiVersion": "client.authentication.k8s.io/v1beta1", "args": .null,
                "env": .null,
            ]
        ]
        let credential = try resolve(cluster: ["server": "https://h"], user: user).credential
        guard case .plugin(let plugin) = credential.authorization else {
            Issue.record("\(credential)")
            return
        }
        #expect(plugin.interaction == .ifAvailable)
        #expect(plugin.arguments.value.isEmpty && plugin.environment.value.isEmpty)
    }

    /// Whoever asked to be somebody's group alone must not act as himself.
    @Test(
        arguments: [
            ["as-groups": ["viewers"]], ["as-uid": "7"], ["as-user-extra": ["scopes": ["a"]]],
        ] as [JSONValue]) func impersonationWantsAUser(user: JSONValue) throws
    {
        #expect(problem(user: user).contains("without as"))
        var whole = user
        whole["as"] = "bob"
        #expect(try resolve(cluster: ["server": "https://h"], user: whole).impersonation?.user == "bob")
    }

    @Test func emptyImpersonationIsNone() throws {
        let user: JSONValue = ["as": "", "as-groups": .null, "as-user-extra": [:]]
        #expect(try resolve(cluster: ["server": "https://h"], user: user).impersonation == nil)
    }

    /// Lists that tools have written as null, and JSON with tabs in it.
    @Test func kubeconfigsOfOtherTools() throws {
        let nulls = try Kubeconfig(
            yaml:
                "apiVersion: v1\nkind: Config\nclusters: null\nusers: null\ncontexts: null\npreferences: {}\n",
            file: "f")
        #expect(nulls.contexts.isEmpty && nulls.clusterNames.isEmpty && nulls.userNames.isEmpty)
        let json = try Kubeconfig(
            yaml: """
                {
                \t"kind": "Config",
                \t"clusters": [{"name": "c", "cluster": {"server": "https:\\/\\/h"}}],
                \t"users": null,
                \t"contexts": [{"name": "x", "context": {"cluster": "c", "user": ""}}],
                \t"current-context": "x"
                }
                """, file: "f")
        let configuration = try ClientConfiguration(json, files: ["f"], context: nil, environment: [:])
        #expect(configuration.server == "https://h")
    }

    @Test func aTokenFileHasPriority() throws {
        let configuration = try resolve(
            cluster: ["server": "https://h"],
            user: ["token": "t", "tokenFile": "/f", "exec": ["command": "x"]])
        #expect(configuration.credential.authorization == .tokenFile("/f"))
    }

    @Test func contextsThatAreNotThere() async throws {
        try await withTemporaryDirectory { folder in
            let file = folder + "/config"
            try writeFile(
                file,
                """
                contexts:
                - {name: a, context: {cluster: gone, user: ""}}
                - {name: b, context: {cluster: here, user: gone}}
                clusters:
                - {name: here, cluster: {server: "https://h"}}
                """)
            func problem(_ context: String?) -> String {
                do {
                    _ = try ClientConfiguration.resolve(kubeconfig: file, context: context, environment: [:])
                    return "none"
                } catch {
                    return "\(error)"
                }
            }
            #expect(problem(nil).contains("no context is chosen in \(file); there are: a, b"))
            #expect(problem("c").contains("there is no context \"c\" in \(file); there are: a, b"))
            #expect(problem("a").contains("there is no cluster \"gone\""))
            #expect(problem("b").contains("there is no user \"gone\""))
        }
    }

    @Test func whereItHasLooked() {
        let error = #expect(throws: KubeconfigError.self) {
            try ClientConfiguration.resolve(
                kubeconfig: nil, context: nil, environment: ["HOME": "/nonexistent"])
        }
        #expect(error?.description.contains("/nonexistent/.kube/config") == true)
        #expect(error?.description.contains("this is no Pod") == true)
    }

    @Test func aPodIsWithinItsCluster() async throws {
        try await withTemporaryDirectory { folder in
            try writeFile(folder + "/token", "abc\n")
            try writeFile(folder + "/ca.crt", "CA")
            try writeFile(folder + "/namespace", "team\n")
            let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
            let configuration = try ClientConfiguration.inCluster(environment: environment, folder: folder)
            #expect(configuration.server == "https://[fd00::1]:443")
            #expect(configuration.namespace == "team")
            #expect(configuration.contextName == nil)
            #expect(configuration.credential.authorization == .tokenFile(folder + "/token"))
            #expect(configuration.trust == .authorities(Array("CA".utf8)))
            #expect(throws: KubeconfigError.self) {
                try ClientConfiguration.inCluster(environment: environment, folder: folder + "/no")
            }
        }
    }

    @Test func serverAddresses() throws {
        #expect(ServerAddress("https://h")?.url == "https://h")
        #expect(ServerAddress("https://h:6443/a/b/")?.url == "https://h:6443/a/b")
        #expect(ServerAddress("h:8080")?.url == "http://h:8080")
        let six = try #require(ServerAddress("https://[fd00::1]:6443"))
        #expect(six.host == "fd00::1")
        #expect(six.authority == "[fd00::1]:6443")
        #expect(six.isIPAddress)
        for text in ["", "https://", "https://h:0", "https://h:99999", "https://h?x=1", "unix:///x"] {
            #expect(ServerAddress(text) == nil, "\(text)")
        }
    }

    @Test func theProxyOfTheEnvironmentComesSecond() throws {
        let environment = ["https_proxy": "p:3128"]
        #expect(
            try resolve(cluster: ["server": "https://h"], environment: environment).proxyURL?.value
                == "p:3128")
        #expect(try resolve(cluster: ["server": "http://h"], environment: environment).proxyURL == nil)
        #expect(
            try resolve(
                cluster: ["server": "https://h", "proxy-url": "http://own"], environment: environment
            ).proxyURL?.value == "http://own")
    }

    /// What the parser knows and the client cannot go through.
    @Test(arguments: ["https://proxy", "socks5://user:pw@proxy"])
    func aProxyThatCannotBeUsedIsRefused(url: String) {
        #expect(throws: ProxyError.self) { try ProxySettings.supported(url: url) }
    }
}
