import Foundation
import KubernetesTestSupport
import Testing
import Values

@testable import KubernetesAPI

@Suite struct CredentialTests {
    /// A plugin that counts its runs in a file, and answers with the file's text.
    private func plugin(
        _ folder: String, script: String, hint: String = "", interaction: ExecPlugin.Interaction = .never,
        clusterInfo: JSONValue = .null
    ) throws -> ExecPlugin {
        let path = folder + "/plugin"
        // Read by a shell, not executed: a child that another test forks just now may hold the file open for writing,
        // and nothing executes a file then (ETXTBSY, execve(2)).
        try writeFile(path, "echo x >> \"\(folder)/runs\"\n" + script)
        return ExecPlugin(
            apiVersion: "client.authentication.k8s.io/v1", command: "/bin/sh",
            arguments: Secret([path, "one", "two words"]),
            environment: Secret(["LOGIN_SECRET": "S3CRET"]), installHint: hint, clusterInfo: clusterInfo,
            interaction: interaction)
    }

    private func answer(_ status: String, apiVersion: String = "client.authentication.k8s.io/v1") -> String {
        "echo '{\"apiVersion\":\"\(apiVersion)\",\"kind\":\"ExecCredential\",\"status\":\(status)}'\n"
    }

    private func runs(_ folder: String) -> Int {
        ((try? String(contentsOfFile: folder + "/runs", encoding: .utf8)) ?? "").count { $0 == "x" }
    }

    private func provider(_ plugin: ExecPlugin) -> CredentialProvider {
        CredentialProvider(Credential(authorization: .plugin(plugin)))
    }

    @Test func aPluginsAnswerIsKept() async throws {
        try await withTemporaryDirectory { folder in
            let script =
                "printf '%s|%s|%s' \"$1\" \"$2\" \"$LOGIN_SECRET\" > '\(folder)/arguments'\n"
                + "printf '%s' \"$KUBERNETES_EXEC_INFO\" > '\(folder)/info'\n" + answer("{\"token\":\"abc\"}")
            let provider = provider(
                try plugin(folder, script: script, clusterInfo: ["server": "https://h", "config": ["a": 1]]))
            for _ in 0..<3 {
                #expect(try await provider.current().authorization?.value == "Bearer abc")
            }
            #expect(runs(folder) == 1)
            #expect(
                try String(contentsOfFile: folder + "/arguments", encoding: .utf8) == "one|two words|S3CRET")
            let info = try JSONValue(json: Array(Data(contentsOf: URL(fileURLWithPath: folder + "/info"))))
            #expect(
                info == [
                    "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                    "spec": ["interactive": false, "cluster": ["server": "https://h", "config": ["a": 1]]],
                ])
        }
    }

    @Test func aRefusedAnswerIsRenewedOnce() async throws {
        try await withTemporaryDirectory { folder in
            let script = "n=$(wc -l < '\(folder)/runs')\n" + answer("{\"token\":\"t'$n'\"}")
            let provider = provider(try plugin(folder, script: script))
            let first = try await provider.current()
            #expect(first.authorization?.value == "Bearer t1")
            #expect(await provider.refuse(first))
            // Another request had the same one.
            #expect(await provider.refuse(first))
            #expect(try await provider.current().authorization?.value == "Bearer t2")
            #expect(await provider.refuse(first))
            #expect(try await provider.current().authorization?.value == "Bearer t2")
            #expect(runs(folder) == 2)
        }
    }

    @Test func anExpiredAnswerIsRenewed() async throws {
        try await withTemporaryDirectory { folder in
            let past = Date(timeIntervalSinceNow: -1).formatted(.iso8601)
            let provider = provider(
                try plugin(folder, script: answer("{\"token\":\"a\",\"expirationTimestamp\":\"\(past)\"}")))
            _ = try await provider.current()
            _ = try await provider.current()
            #expect(runs(folder) == 2)
        }
        try await withTemporaryDirectory { folder in
            let future = Date(timeIntervalSinceNow: 3600).formatted(.iso8601)
            let provider = provider(
                try plugin(folder, script: answer("{\"token\":\"a\",\"expirationTimestamp\":\"\(future)\"}")))
            _ = try await provider.current()
            _ = try await provider.current()
            #expect(runs(folder) == 1)
        }
    }

    @Test func requestsShareARun() async throws {
        try await withTemporaryDirectory { folder in
            // It ends when told to, so that all requests come while it runs.
            #expect(mkfifo(folder + "/go", 0o600) == 0)
            let provider = provider(
                try plugin(folder, script: "read x < '\(folder)/go'\n" + answer("{\"token\":\"abc\"}")))
            try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<10 {
                    group.addTask { try await provider.current().authorization?.value }
                }
                let cancelled = Task { try await provider.current() }
                try await waitUntil("the plugin to run") { runs(folder) == 1 }
                cancelled.cancel()
                // One that is cancelled ends at once, and the others go on.
                await #expect(throws: CancellationError.self) { try await cancelled.value }
                try writeFile(folder + "/answer", "x\n")
                let go = try #require(FileHandle(forWritingAtPath: folder + "/go"))
                go.write(Data("x\n".utf8))
                try go.close()
                for try await value in group { #expect(value == "Bearer abc") }
            }
            #expect(runs(folder) == 1)
        }
    }

    @Test func aPluginEndsWithTheLastRequest() async throws {
        try await withTemporaryDirectory { folder in
            let provider = provider(
                try plugin(folder, script: "echo $$ > '\(folder)/pid'\nexec sleep 1000\n"))
            let request = Task { try await provider.current() }
            try await waitUntil("the plugin to run") {
                ((try? String(contentsOfFile: folder + "/pid", encoding: .utf8)) ?? "").hasSuffix("\n")
            }
            let text = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
            let pid = try #require(pid_t(text.dropLast()))
            request.cancel()
            await #expect(throws: CancellationError.self) { try await request.value }
            try await waitUntil("the plugin's end") { kill(pid, 0) != 0 }
        }
    }

    @Test func certificatesFromAPlugin() async throws {
        try await withTemporaryDirectory { folder in
            let client = try TestCertificate("jane", .client(groups: []))
            let status: JSONValue = [
                "clientCertificateData": .string(client.certificate), "clientKeyData": .string(client.key),
            ]
            try writeFile(folder + "/answer", String(decoding: status.encoded(), as: UTF8.self))
            let script =
                "echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":'\n"
                + "cat '\(folder)/answer'\necho '}'\n"
            let active = try await provider(try plugin(folder, script: script)).current()
            #expect(active.identity?.chain.count == 1)
            #expect(active.authorization == nil)
        }
    }

    @Test func failuresAreExplained() async throws {
        func problem(_ script: String, hint: String = "") async throws -> String {
            try await withTemporaryDirectory { folder in
                do {
                    _ = try await provider(try plugin(folder, script: script, hint: hint)).current()
                    return "none"
                } catch {
                    return "\(error)"
                }
            }
        }
        #expect(try await problem("exit 3").contains("exit status 3"))
        #expect(try await problem("kill -9 $$").contains("signal 9"))
        #expect(try await problem("echo hello").contains("it is not JSON"))
        #expect(try await problem("echo '{}'").contains("no ExecCredential"))
        #expect(try await problem(answer("{}")).contains("neither a token nor a client certificate"))
        #expect(try await problem(answer("{\"clientKeyData\":\"x\"}")).contains("a key alone"))
        #expect(
            try await problem(answer("{\"clientCertificateData\":\"x\",\"clientKeyData\":\"S3CRET\"}"))
                .contains(
                    "the client certificate cannot be used"))
        #expect(
            try await problem(answer("{\"token\":\"x\"}", apiVersion: "client.authentication.k8s.io/v1beta1"))
                .contains("and not client.authentication.k8s.io/v1"))
        #expect(
            try await problem(answer("{\"token\":\"x\",\"expirationTimestamp\":\"soon\"}")).contains(
                "RFC 3339"))
        for script in ["echo S3CRET; exit 1", "echo S3CRET"] {
            #expect(try await !problem(script).contains("S3CRET"))
        }
    }

    @Test func aMissingPluginGivesItsHint() async throws {
        for command in ["/no/such/plugin", "no-such-plugin-anywhere"] {
            let plugin = ExecPlugin(
                apiVersion: "client.authentication.k8s.io/v1", command: command, arguments: Secret([]),
                environment: Secret([:]), installHint: "Run apt install it.", clusterInfo: .null,
                interaction: .never)
            await #expect(
                throws: CredentialError.pluginMissing(command: command, installHint: "Run apt install it.")
            ) {
                try await provider(plugin).current()
            }
        }
    }

    @Test func aTokenFileIsReadAnew() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder + "/token"
            let provider = CredentialProvider(Credential(authorization: .tokenFile(path)))
            await #expect(throws: CredentialError.self) { try await provider.current() }
            try writeFile(path, "one\n")
            let first = try await provider.current()
            #expect(first.authorization?.value == "Bearer one")
            // The same token would be refused again.
            #expect(await !provider.refuse(first))
            // As the kubelet does it: a link that is switched.
            try writeFile(folder + "/new", "two")
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "new")
            #expect(await provider.refuse(first))
            #expect(try await provider.current().authorization?.value == "Bearer two")
            // In the midst of a rotation the last one is still good.
            try FileManager.default.removeItem(atPath: path)
            #expect(try await provider.current().authorization?.value == "Bearer two")
        }
    }

    @Test func certificateFilesAreReadAnew() async throws {
        try await withTemporaryDirectory { folder in
            let one = try TestCertificate("one", .client(groups: []))
            let two = try TestCertificate("two", .client(groups: []))
            try writeFile(folder + "/crt", one.certificate)
            try writeFile(folder + "/key", one.key)
            let provider = CredentialProvider(
                Credential(
                    clientCertificate: .init(chain: .file(folder + "/crt"), key: .file(folder + "/key"))))
            let first = try #require(try await provider.current().identity)
            try writeFile(folder + "/crt", two.certificate)
            try writeFile(folder + "/key", two.key)
            let second = try #require(try await provider.current().identity)
            #expect(first.chain != second.chain)
            try writeFile(folder + "/crt", "broken")
            #expect(try await provider.current().identity?.chain == second.chain)
        }
    }
}
