import ArgumentParser
import Foundation
import Testing

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
        ("kind-cluster-pod", ["cluster"]),
        (
            "kind-cluster-job",
            ["cluster", "--job", "--", "sh", "-c", "kubectl get nodes && kubectl get pods -A"]
        ),
    ])
    func theExamplesAreWhatIsPrinted(name: String, arguments: [String]) throws {
        let text = try String(contentsOf: Self.deploy.appending(path: "\(name).yaml"), encoding: .utf8)
        #if arch(arm64)
            let file = text.replacing("arch: amd64", with: "arch: arm64")
        #else
            let file = text
        #endif
        let lines = file.split(separator: "\n", omittingEmptySubsequences: false).drop { $0.hasPrefix("#") }
        #expect(try printed(arguments) == lines.joined(separator: "\n"))
    }

    @Test func everyExampleIsOneOfThose() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.deploy.path)
        // These two are for the commands that make clusters from outside.
        let others = ["ci-job.yaml", "rbac.yaml"]
        #expect(files.filter { $0.hasSuffix(".yaml") && !others.contains($0) }.count == 5)
    }

    @Test func thereIsNoHostPathButThatOfModules() throws {
        for kind in ["dind", "cluster"] {
            let paths = try printed(kind).split(separator: "\n").filter { $0.contains("hostPath:") }
            #expect(paths.map { $0.drop { $0 == " " } } == ["hostPath: {path: /lib/modules}"])
        }
    }

    /// An exec probe puts a process into a cgroup that the engine may be handing on just then.
    @Test func noProbeRunsACommand() throws {
        for arguments in [["dind"], ["cluster"], ["dind", "--sidecar", "a", "--", "b"]] {
            #expect(try !printed(arguments).contains("exec:"))
        }
    }

    @Test func optionsAreFound() throws {
        let manifest = try printed(
            "cluster", "--name", "ci-1", "--namespace", "ci", "--image", "reg:5000/pod:v1", "--node-image",
            "kindest/node:v1.31.2", "--image-directory", "/srv/images", "--memory", "6Gi", "--cpu", "3",
            "--storage", "30Gi")
        for line in [
            "  name: ci-1", "  namespace: ci", "      image: reg:5000/pod:v1",
            "        - {name: KIND_NODE_IMAGE, value: kindest/node:v1.31.2}",
            "      hostPath: {path: /srv/images, type: Directory}",
            "        - {name: images, mountPath: /images, readOnly: true}",
            "        limits: {cpu: \"3\", memory: \"6Gi\", ephemeral-storage: \"30Gi\"}",
            "      emptyDir: {sizeLimit: \"30Gi\"}",
        ] {
            #expect(manifest.split(separator: "\n").contains { $0 == line }, "\(line)\n\(manifest)")
        }
    }

    @Test func aRequestIsNoMoreThanItsLimit() throws {
        let manifest = try printed(
            "cluster", "--memory", "512Mi", "--cpu", "250m", "--storage", "1Gi")
        #expect(
            manifest.contains("requests: {cpu: \"250m\", memory: \"512Mi\", ephemeral-storage: \"1Gi\"}"),
            "\(manifest)")
    }

    @Test(arguments: [
        ["dind", "--node-image", "a"], ["dind", "--image-directory", "/a"], ["cluster", "--job"],
        ["cluster", "--sidecar", "a", "--", "b"], ["dind", "--sidecar", "a"],
    ])
    func whatMakesNoSenseIsRefused(arguments: [String]) {
        #expect(throws: (any Error).self) { try ManifestCommand.parse(arguments) }
    }

    @Test(arguments: [
        ("plain", "plain"), ("kindest/node:v1.31.2", "kindest/node:v1.31.2"), ("/images", "/images"),
        ("", "\"\""), ("2", "\"2\""), ("1e3", "\"1e3\""), ("yes", "\"yes\""), ("NO", "\"NO\""),
        ("a: b", "\"a: b\""), ("a:", "\"a:\""), ("- a", "\"- a\""), ("a #b", "\"a #b\""), ("{}", "\"{}\""),
        ("say \"hi\"\\", "\"say \\\"hi\\\"\\\\\""), ("two\nlines\t", "\"two\\nlines\\t\""),
        ("\u{1}", "\"\\u0001\""),
    ])
    func aTextStaysOneInYAML(text: String, scalar: String) {
        #expect(PodManifest.scalar(text) == scalar)
    }
}
