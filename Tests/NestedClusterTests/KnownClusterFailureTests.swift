import EngineHost
import Testing

import Values
@testable import NestedCluster

@Suite struct KnownClusterFailureTests {
    @Test(arguments: [
        ("write /var/lib/docker/tmp/x: no space left on device", "the disk is full"),
        ("Bind for 0.0.0.0:30001 failed: port is already allocated", "the API server's port is taken"),
        (
            "exec /usr/local/bin/entrypoint: exec format error",
            "the node image is for another processor architecture"
        ),
        (
            "your configuration file uses an old API spec: \"kubeadm.k8s.io/v1beta3\"",
            "the node image's version and kind's do not go together"
        ),
    ])
    func aKnownFailureHasACause(line: String, cause: String) {
        let error = KinkajouError.cluster("kind could not create the cluster", evidence: ["x", line])
        #expect(error.summary == "kind could not create the cluster: \(cause)")
    }

    @Test func everyPatternCanBeFound() {
        for known in KnownClusterFailure.all {
            for pattern in known.patterns {
                #expect(pattern == pattern.lowercased(), "lines are compared in lower case")
                #expect(KnownClusterFailure.of(["prefix \(pattern.uppercased())"])?.cause != nil)
            }
        }
    }

    @Test func whatIsNotKnownStaysAsItIs() {
        let error = KinkajouError.cluster("kind could not create the cluster", evidence: ["odd"])
        #expect(error.summary == "kind could not create the cluster")
        #expect(error.cure.contains("--export-logs"))
    }
}
