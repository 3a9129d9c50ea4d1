import Doctor
import Foundation
import Glibc
import TestSupport
import Testing

extension HostClusterTests {
    /// `kinkajou doctor --target kubernetes` on a real host cluster.
    @Suite struct DoctorTests {
        /// A namespace of its own, which goes away with the test.
        private final class Namespace {
            let name = "kj-doctor-" + String(UInt32.random(in: .min ... .max), radix: 36)
            let host: HostCluster

            init(labels: String...) throws {
                host = try HostCluster.required()
                try host.kubectl("create", "namespace", name)
                for label in labels { try host.kubectl("label", "namespace", name, label) }
            }

            deinit { _ = try? host.kubectl("delete", "namespace", name, "--wait=false") }

            func pods() throws -> [String] {
                try host.kubectl("get", "pods", "-n", name, "-o", "name").split(separator: "\n").map(
                    String.init)
            }
        }

        private func setup(_ namespace: Namespace, _ arguments: [String]) throws -> ChildProcess.Setup {
            ChildProcess.Setup(
                try BuiltBinary.path("kinkajou"),
                [
                    "doctor", "--target", "kubernetes", "-o", "json", "--kubeconfig",
                    namespace.host.kubeconfig,
                    "--namespace", namespace.name, "--image", HostCluster.podImage,
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
            try namespace.host.kubectl(
                "create", "quota", "small", "-n", namespace.name, "--hard=requests.memory=512Mi")
            try Wait.until("the quota's status") {
                try namespace.host.kubectl(
                    "get", "quota", "small", "-n", namespace.name, "-o", "jsonpath={.status.hard}"
                )
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
            try namespace.host.apply(
                """
                {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "tight", "namespace": "\(namespace.name)"},
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
}
