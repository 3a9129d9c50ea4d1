import EnginePlan
import Testing
import Values

@testable import ClusterSpec

/// The one value of all that was asked for: how it is merged, and how it travels.
@Suite struct SpecTests {
    private func configuration(_ text: String) throws -> KindConfiguration {
        try KindConfiguration(text: "kind: Cluster\napiVersion: \(Cluster.apiVersion)\n" + text, file: "f")
    }

    // MARK: - Precedence

    /// Who says something, and who wins.
    static let precedences:
        [(option: String?, variable: String?, handedOver: String?, file: String?, wins: String)] = [
            (nil, nil, nil, nil, "kind"),
            (nil, nil, nil, "f", "f"),
            (nil, nil, "s", "f", "s"),
            (nil, "v", "s", "f", "v"),
            ("o", "v", "s", "f", "o"),
            ("kind", nil, nil, "f", "kind"),
            // A variable that is empty says nothing.
            (nil, "", nil, "f", "f"),
        ]

    @Test(arguments: precedences)
    func theStrongestWins(
        _ option: String?, _ variable: String?, _ handedOver: String?, _ file: String?, _ wins: String
    ) throws {
        let base = handedOver.map { name in
            var spec = ClusterSpec()
            spec.name = name
            return spec
        }
        var merge = SpecMerge(base, environment: variable.map { ["KIND_CLUSTER_NAME": $0] } ?? [:])
        merge.take(try file.map { try configuration("name: \($0)\n") })
        merge.take(\.name, option: option, variable: merge.variable("KIND_CLUSTER_NAME"))
        #expect(merge.spec.name == wins)
        // The name that was decided on is the plan's.
        #expect(try ClusterPlan(merge.spec, in: ClusterSurroundings()).cluster.name == wins)
    }

    @Test func aListOfTheOptionReplacesThatOfTheVariable() {
        var merge = SpecMerge(environment: [:])
        merge.take(list: \.apiServer.certificateNames, option: [], variable: ["v"])
        #expect(merge.spec.apiServer.certificateNames == ["v"])
        merge.take(list: \.apiServer.certificateNames, option: ["o"], variable: ["v"])
        #expect(merge.spec.apiServer.certificateNames == ["o"])
        merge.take(list: \.apiServer.certificateNames, option: [])
        #expect(merge.spec.apiServer.certificateNames == ["o"])
    }

    // MARK: - On its way

    @Test func itArrivesAsItWasSent() throws {
        var spec = ClusterSpec()
        spec.name = "demo"
        spec.configuration = try configuration("nodes: [{}, {role: worker}]\n")
        spec.apiServer.port = 7443
        spec.apiServer.certificateNames = ["a.example"]
        spec.waitFor = .none
        spec.engine.mtu = Setting(1400, from: .environment)
        spec.engine.daemonFile = ["debug": .bool(true)]
        spec.placement.tolerations = [Toleration("ci=yes:NoSchedule"), Toleration("*")].compactMap(\.self)
        spec.owner = .init(name: "job", uid: "u")
        spec.lifetimeSeconds = 60
        let other = try ClusterSpec(text: spec.text(), file: "spec.json")
        #expect(other == spec)
        #expect(other.nodeCount == 2)
    }

    @Test func whatIsNotInItHasItsDefault() throws {
        let spec = try ClusterSpec(
            text: #"{"apiVersion": "kinkajou.dev/v1alpha1", "name": "a", "resources": {"cpu": "4"}}"#,
            file: "f")
        #expect(spec.name == "a")
        #expect(spec.resources.cpu == "4")
        #expect(spec.resources.memory == "4Gi")
        #expect(spec.waitFor == .pod)
    }

    @Test(arguments: [
        (#"{"apiVersion": "kinkajou.dev/v2"}"#, ErrorCode.versionMismatch, "kinkajou.dev/v2"),
        (#"{"name": "a"}"#, .versionMismatch, "none"),
        (#"{"apiVersion": "kinkajou.dev/v1alpha1", "client": "0.2.0"}"#, .versionMismatch, "0.2.0"),
        (
            #"{"apiVersion": "kinkajou.dev/v1alpha1", "resources": {"disks": 2}}"#, .versionMismatch,
            "resources.disks"
        ),
        (#"{"apiVersion": "kinkajou.dev/v1alpha1", "waitFor": "everything"}"#, .usage, "everything"),
        ("{", .usage, "not JSON"),
    ])
    func anotherVersionsIsRefused(text: String, code: ErrorCode, part: String) throws {
        let error = try #require(throws: KinkajouError.self) { _ = try ClusterSpec(text: text, file: "f") }
        #expect(error.code == code)
        #expect(error.summary.contains(part), "\(error.summary)")
    }

    @Test func aBrokenConfigurationInItIsNamed() throws {
        let text =
            #"{"apiVersion": "kinkajou.dev/v1alpha1", "configuration": {"text": "kind: Cluster\n", "file": "k.yaml"}}"#
        let error = try #require(throws: ClusterConfigError.self) {
            _ = try ClusterSpec(text: text, file: "f")
        }
        #expect(error.description.contains("k.yaml:1:1"))
    }

    /// What was built for no registry is never pulled: that name belongs to a stranger there.
    @Test func theImageOfThePodIsNobodyElses() {
        #expect(Defaults.podImage(registry: nil) == "kinkajou/pod:latest")
        #expect(Defaults.pullPolicy(of: Defaults.podImage(registry: nil)) == "Never")
        let pushed = Defaults.podImage(registry: "registry.example.com/ci")
        #expect(pushed == "registry.example.com/ci/pod:\(Release.current)")
        #expect(Defaults.pullPolicy(of: pushed) == "IfNotPresent")
    }

    @Test func theNodeImageIsPinned() throws {
        let digest = try #require(Defaults.publishedNodeImage.split(separator: "@").last)
        #expect(Defaults.publishedNodeImage.hasPrefix("kindest/node:v1."))
        #expect(digest.hasPrefix("sha256:") && digest.count == 71)
    }
}
