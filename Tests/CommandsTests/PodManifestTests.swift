import ArgumentParser
import ClusterClient
import ClusterSpec
import Foundation
import Testing
import Values

@testable import Commands

@Suite struct PodManifestTests {
    static let deploy = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "deploy")

    /// What `kinkajou manifest` prints for some arguments.
    private func printed(_ arguments: String...) throws -> String {
        try printed(arguments)
    }

    private func printed(_ arguments: [String]) throws -> String {
        try ManifestCommand.parse(arguments).manifest.yaml
    }

    @Test(arguments: [
        ("dind-pod", ["dind"]),
        (
            "dind-job",
            ["dind", "--job", "--name", "docker-tests", "--", "sh", "-c", "docker info && docker network ls"]
        ),
        (
            "dind-sidecar-job",
            [
                "dind", "--sidecar", "docker:cli", "--job", "--name", "sidecar-tests", "--", "sh", "-c",
                "docker info && docker network ls",
            ]
        ),
        ("kind-cluster-pod", ["cluster"]), ("node-cluster-pod", ["cluster", "--engine", "node"]),
        (
            "kind-cluster-job",
            ["cluster", "--job", "--", "sh", "-c", "kubectl get nodes && kubectl get pods -A"]
        ),
    ])
    func theExamplesAreWhatIsPrinted(name: String, arguments: [String]) throws {
        let path = Self.deploy.appending(path: "\(name).yaml")
        let text = try String(contentsOf: path, encoding: .utf8)
        #if arch(arm64)
            let file = text.replacing("arch: amd64", with: "arch: arm64")
        #else
            let file = text
        #endif
        let lines = file.split(separator: "\n", omittingEmptySubsequences: false)
        let comment = lines.prefix { $0.hasPrefix("#") }
        let manifest = try printed(arguments)
        if ProcessInfo.processInfo.environment["KINKAJOU_UPDATE_DOCS"] != nil {
            try (comment.joined(separator: "\n") + "\n" + manifest).write(
                to: path, atomically: true, encoding: .utf8)
        } else {
            #expect(manifest == lines.dropFirst(comment.count).joined(separator: "\n"))
        }
    }

    /// A Pod that somebody applies and one that `create cluster` makes differ in how they are talked to alone.
    @Test func aManifestIsThePodThatAClientMakes() throws {
        let printed = try ManifestCommand.parse(["cluster"]).manifest.object
        let made = ClusterObjects(ClusterSpec(), namespace: "ci", creation: "one").pod(owner: nil)
        for field in [
            "automountServiceAccountToken", "enableServiceLinks", "nodeSelector", "restartPolicy",
            "terminationGracePeriodSeconds",
        ] {
            #expect(printed["spec"][field] == made["spec"][field], "\(field)")
            #expect(!printed["spec"][field].isNull, "\(field)")
        }
        for field in [
            "image", "imagePullPolicy", "env", "ports", "readinessProbe", "resources", "securityContext",
            "startupProbe",
        ] {
            let container = printed["spec"]["containers"][0]
            #expect(container[field] == made["spec"]["containers"][0][field], "\(field)")
            #expect(!container[field].isNull, "\(field)")
        }
        for (key, value) in printed["metadata"]["annotations"].object {
            #expect(made["metadata"]["annotations"][key] == value, "\(key)")
        }
        #expect(printed["metadata"]["annotations"].object.count == 2)
        #expect(printed["spec"]["volumes"].array == Array(made["spec"]["volumes"].array.prefix(2)))
    }

    @Test func everyExampleIsOneOfThose() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.deploy.path)
        // These two are for the commands that make clusters from outside.
        let others = ["ci-job.yaml", "rbac.yaml"]
        #expect(files.filter { $0.hasSuffix(".yaml") && !others.contains($0) }.count == 6)
    }

    @Test func thereIsNoHostPathButThatOfModules() throws {
        for kind in ["dind", "cluster"] {
            let volumes = try ManifestCommand.parse([kind]).manifest.object["spec"]["volumes"].array
            #expect(volumes.compactMap { $0["hostPath"]["path"].string } == ["/lib/modules"])
        }
    }

    /// An exec probe puts a process into a cgroup that the engine may be handing on just then.
    @Test func noProbeRunsACommand() throws {
        for arguments in [["dind"], ["cluster"], ["dind", "--sidecar", "a", "--", "b"]] {
            #expect(try !printed(arguments).contains("exec:"))
        }
    }

    @Test func optionsAreFound() throws {
        let words = [
            "cluster", "--name", "ci-1", "--namespace", "ci", "--image", "reg:5000/pod:v1", "--node-image",
            "kindest/node:v1.31.2", "--image-directory", "/srv/images", "--memory", "6Gi", "--cpu", "3",
            "--storage", "30Gi",
        ]
        let manifest = try ManifestCommand.parse(words).manifest.object
        #expect(manifest["metadata"]["name"] == "ci-1")
        #expect(manifest["metadata"]["namespace"] == "ci")
        let container = manifest["spec"]["containers"][0]
        #expect(container["image"] == "reg:5000/pod:v1")
        #expect(container["imagePullPolicy"] == "IfNotPresent")
        #expect(container["env"][1] == ["name": "KIND_NODE_IMAGE", "value": "kindest/node:v1.31.2"])
        #expect(
            container["resources"]["limits"] == ["cpu": "3", "memory": "6Gi", "ephemeral-storage": "30Gi"])
        #expect(
            container["volumeMounts"].array.last
                == ["name": "images", "mountPath": "/images", "readOnly": true])
        let volumes = manifest["spec"]["volumes"].array
        #expect(volumes.first?["emptyDir"]["sizeLimit"] == "30Gi")
        #expect(volumes.last?["hostPath"] == ["path": "/srv/images", "type": "Directory"])
    }

    @Test func aRequestIsNoMoreThanItsLimit() throws {
        let words = ["cluster", "--memory", "512Mi", "--cpu", "200m", "--storage", "1Gi"]
        let container = try ManifestCommand.parse(words).manifest.object["spec"]["containers"][0]
        #expect(
            container["resources"]["requests"]
                == ["cpu": "200m", "memory": "512Mi", "ephemeral-storage": "1Gi"])
    }

    @Test(arguments: [
        ["dind", "--node-image", "a"], ["dind", "--image-directory", "/a"], ["cluster", "--job"],
        ["cluster", "--sidecar", "a", "--", "b"], ["dind", "--sidecar", "a"],
    ])
    func whatMakesNoSenseIsRefused(arguments: [String]) {
        #expect(throws: (any Error).self) { try ManifestCommand.parse(arguments) }
    }
}
