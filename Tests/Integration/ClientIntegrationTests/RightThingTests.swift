import Foundation
import TestSupport
import Testing

extension HostClusterTests {
    /// Never a success that is not known, and never somebody else's thing.
    @Suite struct RightThingTests {
        private static func kubeconfig(server: String, user: String) -> String {
            """
            apiVersion: v1
            kind: Config
            current-context: it
            clusters: [{name: it, cluster: {server: "\(server)", insecure-skip-tls-verify: true}}]
            contexts: [{name: it, context: {cluster: it, user: it}}]
            users: [{name: it, user: \(user)}]
            """
        }

        private static let commands: [[String]] = [
            ["get", "clusters"], ["get", "nodes", "--name", "x"], ["get", "nodes", "-A"],
            ["get", "kubeconfig", "--name", "x"], ["delete", "cluster", "--name", "x"],
            ["delete", "clusters", "--all"], ["delete", "clusters", "--ended"], ["delete", "clusters", "x"],
            ["exec", "--name", "x", "--", "true"], ["logs", "--name", "x"],
            ["create", "cluster", "--name", "x"],
            ["export", "logs", "--name", "x"], ["extend", "--name", "x", "--ttl", "1h"],
            ["run", "--", "true"],
        ]

        private func expectError(_ client: Client, _ words: [String], saying texts: String...) throws {
            let result = try Command.run(
                try client.setup(try BuiltBinary.path("kinkajou"), words), seconds: 60)
            #expect(result.status == 1, "\(words): \(result)")
            #expect(result.output.isEmpty, "\(words): \(result)")
            #expect(texts.contains { result.errors.contains($0) }, "\(words): \(result)")
            for claim in ["Deleted", "No kind clusters", "Set kubectl context"] {
                #expect(!result.errors.contains(claim), "\(words): \(result)")
            }
        }

        @Test func aHostClusterThatIsNotReachedIsAnErrorOfEveryCommand() throws {
            var client = try Client(try HostCluster.required(), namespace: "deaf")
            let normal = client
            defer { normal.remove() }
            let file = client.home + "/it.yaml"
            client.environment["KUBECONFIG"] = file
            try Self.kubeconfig(server: "https://127.0.0.1:1", user: "{}")
                .write(toFile: file, atomically: true, encoding: .utf8)
            for words in Self.commands {
                try expectError(client, words, saying: "cannot talk to the API server at https://127.0.0.1:1")
            }
            // Reached, and the credentials are not accepted.
            let server = try normal.kubectl(
                "config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}")
            try Self.kubeconfig(server: server, user: "{token: wrong}")
                .write(toFile: file, atomically: true, encoding: .utf8)
            for words in Self.commands {
                // The second is what the checks before a creation say.
                try expectError(client, words, saying: "does not accept the credentials", "401")
            }
        }

        @Test func aKubeconfigThatCannotBeReadIsAnErrorOfEveryCommand() throws {
            let client = try Client(try HostCluster.required(), namespace: "unread")
            defer { client.remove() }
            let broken = client.home + "/broken.yaml"
            try "a: [".write(toFile: broken, atomically: true, encoding: .utf8)
            for words in Self.commands {
                // Before the command that follows "--".
                let end = words.firstIndex(of: "--") ?? words.count
                func with(_ file: String) -> [String] {
                    words[..<end] + ["--kubeconfig", file] + words[end...]
                }
                try expectError(client, with(broken), saying: "is no kubeconfig")
                try expectError(client, with(client.home), saying: client.home)
                // Who writes a file need not find one.
                if !["create", "run"].contains(words[0]) {
                    try expectError(
                        client, with(client.home + "/none"), saying: "there is no kubeconfig file")
                }
            }
            // What cannot be written is found out before anything is made.
            try expectError(
                client, ["create", "cluster", "--kubeconfig", broken + "/config"], saying: "is no folder")
            #expect(try client.leftovers() == [])
        }

        @Test func whatIsNotOursStaysAndATimeToLiveIsChanged() throws {
            let client = try Client(try HostCluster.required(), namespace: "mine")
            defer { client.remove() }
            let host = client.host
            try host.kubectl("create", "job", "kinkajou-x", "-n", "mine", "--image=none", "--", "true")
            try host.kubectl("create", "secret", "generic", "kinkajou-x-kubeconfig", "-n", "mine")
            try client.kubectl("config", "set-context", "kinkajou-x", "--cluster=other", "--user=other")
            func uid(_ kind: String, _ name: String) throws -> String {
                try host.kubectl("get", kind, name, "-n", "mine", "-o", "jsonpath={.metadata.uid}")
            }
            let before = try (uid("job", "kinkajou-x"), uid("secret", "kinkajou-x-kubeconfig"))

            // The Secret is in the way: that is said, and nothing is left but it.
            let refused = try client.run("create", "cluster", "--name", "x", "--wait-for", "api")
            #expect(refused.status == 1, "\(refused)")
            #expect(refused.errors.contains("that is none of Kinkajou's"), "\(refused)")
            try client.expectNothingLeft()
            #expect(try uid("secret", "kinkajou-x-kubeconfig") == before.1)
            try host.kubectl("delete", "secret", "kinkajou-x-kubeconfig", "-n", "mine")

            let created = try client.run(
                "create", "cluster", "--name", "x", "--ttl", "1h", "--wait-for", "api", "-q", seconds: 420)
            try #require(created.status == 0, "\(created)")
            let contexts = try client.kubectl("config", "get-contexts", "-o", "name")
            #expect(contexts.contains("kinkajou-x\n") && contexts.contains("kinkajou-x@mine\n"))
            #expect(try client.require("get", "clusters", "-o", "json").contains("\"expires\""))
            #expect(try client.kubectl("get", "--raw", "/readyz") == "ok")

            try client.require("extend", "--name", "x", "--ttl", "5s")
            try client.expectNothingLeft(seconds: 120)
            #expect(try uid("job", "kinkajou-x") == before.0)
            let gone = try Command.run(try client.setup("kubectl", ["get", "nodes"]), seconds: 60)
            #expect(gone.errors.contains("the cluster \"x\" of this context is gone"), "\(gone)")
            try client.require("delete", "clusters", "--ended")
            #expect(try client.kubectl("config", "get-contexts", "-o", "name").contains("kinkajou-x\n"))
            #expect(try !client.kubectl("config", "get-contexts", "-o", "name").contains("@mine"))
        }
    }
}
