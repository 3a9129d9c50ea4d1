import Foundation
import TestSupport
import Testing

extension HostClusterTests {
    /// Several people and several clusters at once, each person with no more than the Role of deploy/.
    @Suite struct SideBySideTests {
        /// A person who may use one namespace.
        private func person(_ name: String, on host: HostCluster) throws -> Client {
            var client = try Client(host, namespace: name)
            try host.kubectl("apply", "-n", name, "-f", HostCluster.repository + "/deploy/rbac.yaml")
            client.environment["KUBECONFIG"] = try client.kubeconfig(of: "kinkajou").file
            return client
        }

        /// KINKAJOU_TEST_CLUSTERS says how many.
        @Test func clustersOfTwoPeopleAreMadeAndDeletedAtOnce() throws {
            let host = try HostCluster.required()
            let count =
                ProcessInfo.processInfo.environment["KINKAJOU_TEST_CLUSTERS"].flatMap { Int($0) } ?? 2
            let people = [try person("anna", on: host), try person("bert", on: host)]
            defer { for person in people { person.remove() } }
            let kinkajou = try BuiltBinary.path("kinkajou")
            // The same names in both namespaces.
            let clusters = (0..<count).map { (client: people[$0 % 2], name: "side-\($0 / 2)") }

            let creations = try clusters.enumerated().map { index, cluster in
                try ChildProcess(
                    try cluster.client.setup(
                        kinkajou,
                        [
                            "create", "cluster", "--name", cluster.name, "--cpu-request", "100m",
                            "--memory-request", "256Mi", "--wait", "15m", "--access",
                            index % 2 == 0 ? "tunnel" : "node-port",
                        ]))
            }
            for creation in creations {
                defer { creation.end() }
                #expect(try creation.wait(seconds: 240 * Double(count)) == 0, "\(creation.errors)")
            }
            for (client, name) in clusters {
                #expect(
                    try client.kubectl("--context", "kinkajou-\(name)", "get", "nodes", "-o", "name")
                        == "node/\(name)-control-plane\n")
            }
            for person in people {
                let own = clusters.filter { $0.client.namespace == person.namespace }.map { $0.name + "\n" }
                #expect(try person.require("get", "clusters") == own.joined())
            }
            // Nobody sees what others have.
            let stranger = try people[0].run("get", "clusters", "-n", "bert")
            #expect(stranger.status == 1 && stranger.output.isEmpty, "\(stranger)")
            #expect(stranger.errors.contains("deploy/rbac.yaml"), "\(stranger)")

            let deletions = try clusters.map { cluster in
                try ChildProcess(
                    try cluster.client.setup(kinkajou, ["delete", "cluster", "--name", cluster.name]))
            }
            for deletion in deletions {
                defer { deletion.end() }
                #expect(try deletion.wait(seconds: 150) == 0, "\(deletion.errors)")
            }
            for person in people {
                try person.expectNothingLeft()
                // Their own context is the current one again, and the only one of theirs.
                #expect(!(try person.kubectl("config", "get-contexts", "-o", "name")).contains("side-"))
            }
        }
    }
}
