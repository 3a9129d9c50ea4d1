import Doctor
import Foundation
import Glibc
import TestSupport
import Testing

/// The host cluster of the tests.
enum HostCluster {
    /// Its kubeconfig; nil: there is none to test with.
    static let kubeconfig = ProcessInfo.processInfo.environment["KINKAJOU_TEST_KUBECONFIG"]
}

/// `kinkajou doctor --target kubernetes` on a real host cluster whose nodes have the image: its kubeconfig is named
/// by KINKAJOU_TEST_KUBECONFIG, such as that of the host cluster of `make up`.
@Suite(
    .serialized,
    .enabled(if: HostCluster.kubeconfig != nil, "KINKAJOU_TEST_KUBECONFIG is not set"))
struct HostClusterTargetTests {
    /// A namespace of its own, which goes away with the test.
    private final class Namespace {
        let name = "kj-doctor-" + String(UInt32.random(in: .min ... .max), radix: 36)

        init(labels: String...) throws {
            try kubectl(["create", "namespace", name])
            for label in labels { try kubectl(["label", "namespace", name, label]) }
        }

        deinit { _ = try? kubectl(["delete", "namespace", name, "--wait=false"]) }

        @discardableResult
        func kubectl(_ words: [String], input: String? = nil) throws -> String {
            let config = ["kubectl", "--kubeconfig", HostCluster.kubeconfig ?? ""]
            let command = config + words
            let all = input.map { ["sh", "-c", "printf '%s' \"$0\" | \"$@\"", $0] + command } ?? command
            let result = try Command.run(all)
            guard result.status == 0 else { throw Command.Failure(words: all, result: result) }
            return result.output
        }

        func pods() throws -> [String] {
            try kubectl(["get", "pods", "-n", name, "-o", "name"]).split(separator: "\n").map(String.init)
        }
    }

    private func setup(_ namespace: Namespace, _ arguments: [String]) throws -> ChildProcess.Setup {
        ChildProcess.Setup(
            try BuiltBinary.path("kinkajou"),
            [
                "doctor", "--target", "kubernetes", "-o", "json", "--kubeconfig",
                HostCluster.kubeconfig ?? "",
                "--namespace", namespace.name, "--image", ExaminedContainer.image,
            ] + arguments)
    }

    private func doctor(_ namespace: Namespace, _ arguments: String...) throws -> (
        status: Int32, report: Report
    ) {
        let result = try Command.run(try setup(namespace, arguments), seconds: 150)
        do {
            return (result.status, try Report(json: result.output))
        } catch {
            throw Command.Failure(words: ["kinkajou doctor"] + arguments, result: result)
        }
    }

    @Test func aHealthyHostClusterAndItsPodsAreFoundSo() throws {
        let namespace = try Namespace()
        let (status, report) = try doctor(namespace, "--probe", "--nodes", "1")
        #expect(report.findings.filter { $0.severity > .info } == [])
        #expect(status == 0)
        let inside = report.findings.filter { $0.place != nil }
        #expect(inside.contains { $0.id == "cap-sys-admin" && $0.severity == .ok })
        #expect(try namespace.pods() == [])
    }

    @Test func aQuotaIsNamed() throws {
        let namespace = try Namespace()
        try namespace.kubectl([
            "create", "quota", "small", "-n", namespace.name, "--hard=requests.memory=512Mi",
        ])
        try Wait.until("the quota's status") {
            try namespace.kubectl([
                "get", "quota", "small", "-n", namespace.name, "-o", "jsonpath={.status.hard}",
            ])
            .contains("512Mi")
        }
        let (status, report) = try doctor(namespace)
        #expect(status == 1)
        let finding = try #require(report.findings.first { $0.id == "kube-quota" })
        #expect(finding.severity == .error)
        #expect(finding.found.contains("requests.memory is 0 of 512Mi"), "\(finding)")
        let admission = try #require(report.findings.first { $0.id == "kube-admission" })
        #expect(admission.severity == .error, "\(admission)")
    }

    @Test func aLimitRangeIsNamed() throws {
        let namespace = try Namespace()
        try namespace.kubectl(
            ["apply", "-n", namespace.name, "-f", "-"],
            input: """
                {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "tight"},
                 "spec": {"limits": [{"type": "Container", "max": {"memory": "1Gi"}}]}}
                """)
        let (status, report) = try doctor(namespace)
        #expect(status == 1)
        #expect(
            report.findings.first { $0.id == "kube-limit-range" }?.found.contains("at most 1Gi memory")
                == true)
    }

    @Test func aPodSecurityLevelIsNamed() throws {
        let namespace = try Namespace(labels: "pod-security.kubernetes.io/enforce=baseline")
        let (status, report) = try doctor(namespace)
        #expect(status == 1)
        #expect(report.findings.first { $0.id == "kube-pod-security" }?.severity == .error)
    }

    @Test func aMissingNamespaceIsNamed() throws {
        let namespace = try Namespace()
        let (status, report) = try doctor(namespace, "--namespace", "kj-nowhere")
        #expect(status == 1)
        #expect(report.findings.first { $0.id == "kube-namespace" }?.severity == .error)
    }

    @Test func anImageThatNoNodeHasIsNamedAndThePodGoes() throws {
        let namespace = try Namespace()
        let (status, report) = try doctor(namespace, "--probe", "--image", "no.such/image:1")
        #expect(status == 1)
        let finding = try #require(report.findings.first { $0.id == "kube-probe" })
        #expect(finding.found.contains("Image"), "\(finding)")
        #expect(try namespace.pods() == [])
    }

    @Test func anInterruptedProbeLeavesNoPod() throws {
        let namespace = try Namespace()
        let process = try ChildProcess(try setup(namespace, ["--probe"]))
        defer { process.end() }
        try Wait.until("the probe's Pod") { try !namespace.pods().isEmpty }
        #expect(kill(process.pid, SIGTERM) == 0)
        #expect(try process.wait(seconds: 60) == 143)
        #expect(try namespace.pods() == [])
    }

    @Test func aClusterThatDoesNotAnswerIsNamed() throws {
        let file = FileManager.default.temporaryDirectory.path + "/kj-doctor-kubeconfig-\(getpid())"
        defer { unlink(file) }
        try """
        {"apiVersion": "v1", "kind": "Config", "current-context": "gone",
         "contexts": [{"name": "gone", "context": {"cluster": "gone", "user": "gone"}}],
         "clusters": [{"name": "gone", "cluster": {"server": "https://127.0.0.1:9"}}],
         "users": [{"name": "gone", "user": {"token": "hunter2"}}]}
        """.write(toFile: file, atomically: true, encoding: .utf8)
        let result = try Command.run([
            try BuiltBinary.path("kinkajou"), "doctor", "--target", "kubernetes", "--kubeconfig", file,
        ])
        #expect(result.status == 1)
        #expect(result.output.contains("✗ kube-answers: gone: "), "\(result)")
        #expect(!(result.output + result.errors).contains("hunter2"))
    }
}
