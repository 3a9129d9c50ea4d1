import Foundation
import TestSupport
import Testing

/// What can be wrong around a cluster: each ends with its own status, a cause and a cure, and nothing left.
@Suite(.serialized, .needs(.podImage, .nodeImage))
struct FailureTests {
    struct Failure: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var flags = ["--privileged"]
        var arguments: [String] = []
        /// What lies in `/images`.
        var archive: @Sendable () throws -> String? = { nil }
        let status: Int32
        let cause: String
        let cure: String
    }

    static let failures = [
        Failure(
            testDescription: "no privileges", flags: [], status: 77,
            cause: "the container is not privileged: CAP_SYS_ADMIN is missing",
            cure: "docker run --privileged"),
        Failure(
            testDescription: "too little memory", flags: ["--privileged", "-m", "300m"], status: 70,
            cause: "the container's memory limit of 300 MiB is too low for a cluster",
            cure: "raise it to 1 GiB"),
        Failure(
            testDescription: "a full disk",
            flags: ["--privileged", "--tmpfs", "/var/lib/docker:size=400m"],
            archive: { try Archives.node() }, status: 70,
            cause: "the disk, or the volume at the data root, is full",
            cure: "raise the volume's sizeLimit"),
        Failure(
            testDescription: "a small disk", flags: ["--privileged", "--tmpfs", "/var/lib/docker:size=100m"],
            status: 73, cause: "MiB free of 100 MiB",
            cure: "raise the emptyDir's sizeLimit"),
        Failure(
            testDescription: "a port that is taken", arguments: ["--status-address", "0.0.0.0:30001"],
            status: 70,
            cause: "port 30001: the port is taken", cure: "--api-server-port"),
        Failure(
            testDescription: "an address of another machine",
            arguments: ["--api-server-address", "192.0.2.1"],
            status: 64, cause: "the address is not one of this container", cure: "API_SERVER_ADDRESS"),
        Failure(
            testDescription: "no kind", flags: ["--privileged", "-v", "/dev/null:/usr/bin/kind"], status: 78,
            cause: "kind is not installed", cure: "use the image kinkajou/pod"),
        Failure(
            testDescription: "an image that is nowhere",
            arguments: ["--image", "registry.invalid/node:v1.20.0"], status: 70,
            cause: "the node image registry.invalid/node:v1.20.0 is not here, no archive of it is mounted",
            cure: "--image-archive"),
        Failure(
            testDescription: "an archive that is none", archive: { "/etc/hostname" }, status: 70,
            cause: "the archive /images/node.tar: it is no tar archive", cure: "docker save"),
        Failure(
            testDescription: "an image for another machine",
            archive: { try Archives.busybox("kj-node:other", architecture: "arm64") }, status: 70,
            cause: "the node image kj-node:other is for arm64", cure: "use a node image for"),
        Failure(
            testDescription: "an image that is no node", archive: { try Archives.web() }, status: 70,
            cause: "web:kinkajou is no node image: it has no /kind/version", cure: "kindest/node"),
        Failure(
            testDescription: "an image of a version too old",
            archive: { try Archives.busybox("kj-node:old", files: ["kind/version": "v1.10.13"]) }, status: 64,
            cause: "it has Kubernetes v1.10.13, and kind makes clusters of v1.15.0 and later",
            cure: "choose a newer node image"),
    ]

    @Test(arguments: failures)
    func aFailureHasACauseAndACure(_ failure: Failure) throws {
        let archive = try failure.archive()
        let before = HostSnapshot.take()
        let container = try ClusterContainer(
            failure.flags, failure.arguments + ["--", "true"], archive: archive)
        defer { container.remove() }
        #expect(try container.wait(seconds: 120) == failure.status, "\(container.errors)")
        let lines = container.errors.split(separator: "\n")
        // What the checks before the start say points to the doctor, and the start goes on.
        let errors = lines.indices.filter {
            lines[$0].hasPrefix("error: ") && !lines[$0].contains("(cure: kinkajou doctor --check ")
        }
        try #require(errors.count == 1, "\(container.errors)")
        #expect(lines[errors[0]].contains(failure.cause), "\(container.errors)")
        #expect(lines[errors[0]...].contains { $0.contains(failure.cure) }, "\(container.errors)")
        #expect(!container.errors.contains("left behind"), "\(container.errors)")
        #expect(container.output.isEmpty)
        try expectNothingLeft(since: before)
    }

    @Test func aClusterThatFailedIsKeptAndTheFailureToldOnce() throws {
        _ = try Archives.node()
        let before = HostSnapshot.take()
        let container = try ClusterContainer(["--privileged"], ["--retain", "--wait", "10s", "--", "true"])
        defer { container.remove() }
        try container.waitForErrors("kept for inspection")
        #expect(try container.require("docker", "ps", "--format", "{{.Names}}") == "kind-control-plane")
        try container.kill("TERM")
        #expect(try container.wait(seconds: 90) == 143, "\(container.errors)")
        let told = container.errors.split(separator: "\n").count { $0.hasPrefix("error: ") }
        #expect(told == 1, "\(container.errors)")
        try expectNothingLeft(since: before)
    }
}
