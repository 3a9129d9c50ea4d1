import Foundation
import KubernetesAPI
import SwiftASN1
import Testing
import Values
import X509

@testable import NestedCluster

@Suite struct ControlPlaneCertificatesTests {
    private func files() throws -> [String: ControlPlaneCertificates.File] {
        let files = try ControlPlaneCertificates(
            nodeName: "demo-control-plane", address: "10.1.2.3",
            serverNames: ["api.example.org", "10.1.2.3"],
            serviceAddress: "10.246.0.1", serverURL: "https://10.1.2.3:30001", clusterName: "demo"
        ).files()
        return Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0) })
    }

    private func certificate(_ name: String, _ files: [String: ControlPlaneCertificates.File]) throws
        -> Certificate
    {
        try Certificate(pemEncoded: #require(files["/etc/kubernetes/pki/\(name).crt"]).contents)
    }

    /// kubeadm makes anew what it does not find.
    @Test func nothingThatKubeadmLooksForIsMissing() throws {
        let names = [
            "ca", "apiserver", "apiserver-kubelet-client", "front-proxy-ca", "front-proxy-client", "etcd/ca",
            "etcd/server", "etcd/peer", "etcd/healthcheck-client", "apiserver-etcd-client",
        ]
        let expected =
            names.flatMap { ["pki/\($0).crt", "pki/\($0).key"] } + ["pki/sa.key", "pki/sa.pub"]
            + ["admin", "controller-manager", "scheduler", "kubelet"].map { "\($0).conf" }
        #expect(Set(try files().keys) == Set(expected.map { "/etc/kubernetes/\($0)" }))
    }

    @Test func secretsAreForTheOwnerAlone() throws {
        for (path, file) in try files() where path.hasSuffix(".key") || path.hasSuffix(".conf") {
            #expect(file.mode == 0o600, "\(path)")
        }
    }

    @Test(arguments: [
        ("apiserver", "ca"), ("apiserver-kubelet-client", "ca"), ("front-proxy-client", "front-proxy-ca"),
        ("etcd/server", "etcd/ca"), ("etcd/peer", "etcd/ca"), ("apiserver-etcd-client", "etcd/ca"),
    ])
    func eachIsSignedByItsAuthority(name: String, authority: String) throws {
        let files = try files()
        let certificate = try certificate(name, files)
        let issuer = try self.certificate(authority, files)
        #expect(issuer.publicKey.isValidSignature(certificate.signature, for: certificate))
        #expect(certificate.issuer == issuer.subject)
    }

    @Test func theServersNamesAreAllThatItIsReachedBy() throws {
        let names = try #require(
            try certificate("apiserver", files()).extensions.subjectAlternativeNames)
        let texts = names.map { "\($0)" }.joined(separator: " ")
        for name in [
            "kubernetes.default.svc.cluster.local", "demo-control-plane", "api.example.org",
        ] { #expect(texts.contains(name)) }
        #expect(names.count == Set(names).count)
        #expect(names.count { if case .ipAddress = $0 { true } else { false } } == 2)
    }

    /// The groups are what the API server's rules are for.
    @Test(arguments: [("admin", "system:masters"), ("kubelet", "system:nodes")])
    func kubeconfigsHaveTheirGroup(name: String, group: String) throws {
        let text = try #require(try files()["/etc/kubernetes/\(name).conf"]).contents
        let config = try Kubeconfig(yaml: text, file: nil)
        let context = try #require(config.contexts.first)
        #expect(config.currentContext == context.name)
        #expect(config.cluster(context.cluster)?["server"] == "https://10.1.2.3:30001")
        let data = try #require(config.user(context.user)?["client-certificate-data"].string)
        let pem = String(decoding: try #require(Data(base64Encoded: data)), as: UTF8.self)
        #expect("\(try Certificate(pemEncoded: pem).subject)".contains(group))
    }
}
