import Formats
import Foundation
import KubernetesAPI
import Testing
import Values

@testable import ClusterClient

/// The Role that users apply is what the commands ask for, no less and no more.
@Suite struct PermissionTests {
    @Test func theRoleInDeployIsWhatIsNeeded() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "deploy/rbac.yaml"), encoding: .utf8)
        let role = try #require(
            try JSONValue.documents(yaml: text).first { $0["kind"].string == "Role" })
        var granted: Set<String> = []
        for rule in role["rules"].array {
            for group in rule["apiGroups"].array.compactMap(\.string) {
                for resource in rule["resources"].array.compactMap(\.string) {
                    for verb in rule["verbs"].array.compactMap(\.string) {
                        granted.insert("\(verb) \(group)/\(resource)")
                    }
                }
            }
        }
        let needed = Set(
            Permission.Purpose.allCases.flatMap(Permission.needed).map {
                "\($0.verb) \($0.resource.group)/\($0.resourceName)"
            })
        #expect(granted.subtracting(needed).sorted() == [])
        #expect(needed.subtracting(granted).sorted() == [])
    }
}
