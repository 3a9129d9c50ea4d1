import Foundation
import TestSupport
import Testing

/// What goes wrong is named, with its cure and its status, and leaves nothing.
@Suite(.serialized, .needs(.podImage))
struct FailureTests {
    /// A container in which the engine cannot work.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var flags: [String] = ["--privileged"]
        var arguments: [String] = ["--", "true"]
        var status: Int32
        /// The status where the same trouble is met at another step: which one meets it first is chance.
        var otherStatus: Int32?
        /// What stderr must say.
        var says: [String]
    }

    static let cases = [
        Case(
            testDescription: "not privileged", flags: [], status: 77,
            says: ["CAP_SYS_ADMIN", "--privileged"]),
        Case(
            testDescription: "without NET_ADMIN", flags: ["--cap-add=SYS_ADMIN"], status: 77,
            says: ["CAP_NET_ADMIN"]),
        Case(
            testDescription: "not root", flags: ["--privileged", "--user", "1000"], status: 77,
            says: ["needs root", "runAsUser"]),
        Case(
            testDescription: "dockerd missing",
            flags: ["--privileged", "--entrypoint", "sh"],
            arguments: ["-c", "rm /usr/sbin/dockerd; exec kinkajou dind -- true"], status: 78,
            says: ["dockerd is not on PATH", "docker.io"]),
        Case(
            testDescription: "docker.sock a mounted directory",
            flags: ["--privileged", "-v", "/tmp:/var/run/docker.sock"], status: 69,
            says: ["/var/run/docker.sock, a mount of ", "is a directory", "leave that mount out"]),
        Case(
            testDescription: "docker.sock a mounted file",
            flags: ["--privileged", "-v", "/etc/hostname:/var/run/docker.sock"],
            status: 69, says: ["/var/run/docker.sock, a mount of ", "is a file that no engine answers on"]),
        Case(
            testDescription: "hardly any processes", flags: ["--privileged", "--pids-limit=10"], status: 71,
            says: ["the limit of processes is reached", "Resource temporarily unavailable", "podPidsLimit"]),
        Case(
            testDescription: "too few processes for containerd", flags: ["--privileged", "--pids-limit=20"],
            status: 69, otherStatus: 71, says: ["the limit of processes is reached", "--check pids"]),
        Case(
            testDescription: "/run read-only", flags: ["--privileged", "--tmpfs=/run:ro"], status: 73,
            says: ["/run/kinkajou: Read-only file system", "make the directory writable"]),
        Case(
            testDescription: "TCP without TLS",
            flags: ["--privileged", "-e", "DOCKER_ARGS=-H tcp://0.0.0.0:2375"],
            status: 64, says: ["tcp://0.0.0.0:2375 without TLS", "DOCKER_TLS_CERTDIR", "--insecure-tcp"]),
        Case(
            testDescription: "data root read-only",
            flags: ["--privileged", "--tmpfs", "/readonly:ro"],
            arguments: ["--data-root", "/readonly", "--", "true"],
            status: 73, says: ["/readonly", "Read-only file system"]),
        Case(
            testDescription: "disk full",
            flags: ["--privileged", "--tmpfs", "/full:size=1m"],
            arguments: ["--data-root", "/full", "--", "true"],
            status: 73, says: ["/full", "MiB free", "--data-root"]),
        Case(
            testDescription: "socket in use",
            flags: ["--privileged", "-v", "/var/run/docker.sock:/var/run/docker.sock"], status: 69,
            says: ["a Docker engine answers on /var/run/docker.sock, a mount of"]),
        Case(
            testDescription: "a bad argument for dockerd",
            flags: ["--privileged", "-e", "DOCKER_ARGS=--no-such-flag"], status: 69,
            says: ["dockerd ended before it was ready", "no-such-flag"]),
        Case(
            testDescription: "a port in use",
            flags: ["--privileged", "-e", "DOCKER_TLS_CERTDIR=/certs", "--entrypoint", "sh"],
            arguments: [
                "-c",
                // The listener is there when the first process of perl has ended.
                "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => 2376, Listen => 1) or die;"
                    + " fork and exit; close STDOUT; close STDERR; sleep 1000' && exec kinkajou dind -- true",
            ], status: 69, says: ["2376", "address already in use"]),
        Case(
            testDescription: "a bridge that is no address",
            arguments: ["--bip", "999.1.1.1/24", "--", "true"],
            status: 64, says: ["--bip 999.1.1.1/24", "172.17.1.1/24"]),
        Case(
            testDescription: "an unclosed quote", flags: ["--privileged", "-e", "DOCKER_ARGS=--label 'a"],
            status: 64,
            says: ["DOCKER_ARGS", "never closed"]),
        Case(
            testDescription: "a bad MTU in the environment",
            flags: ["--privileged", "-e", "DOCKERD_MTU=big"],
            status: 64, says: ["DOCKERD_MTU big"]),
        Case(
            testDescription: "an unknown option", arguments: ["--frobnicate"], status: 64,
            says: ["frobnicate", "--help"]),
        Case(
            testDescription: "a command that is not there", arguments: ["--", "/no/such/command"],
            status: 127,
            says: ["/no/such/command", "No such file"]),
        Case(
            testDescription: "a command that cannot be executed", arguments: ["--", "/etc/passwd"],
            status: 126,
            says: ["/etc/passwd", "Permission denied"]),
        Case(
            testDescription: "not ready in time", arguments: ["--ready-timeout", "1ms", "--", "true"],
            status: 75,
            says: ["--ready-timeout"]),
    ]

    @Test(arguments: cases)
    func isNamedWithItsCureAndLeavesNothing(case failure: Case) throws {
        let before = HostSnapshot.take()
        let result = try PodContainer.run(failure.flags, failure.arguments)
        #expect([failure.status, failure.otherStatus].contains(result.status), "\(result)")
        for text in failure.says {
            #expect(result.errors.contains(text), "\(text) is not in: \(result.errors)")
        }
        #expect(!result.errors.contains("left behind"), "\(result)")
        #expect(!result.errors.contains("Fatal error"), "\(result)")
        #expect(result.output.isEmpty)
        try expectNothingLeft(since: before)
    }

    @Test func aDeadDaemonIsStartedAgain() throws {
        let container = try PodContainer.serving()
        defer { container.remove() }
        try container.require("pkill", "-KILL", "-x", "dockerd")
        try container.waitForErrors("starting it again (1 of 3)")
        try Wait.until("the engine to be back", seconds: 60) {
            try container.exec("docker", "version").status == 0
        }
        #expect(try container.require("docker", "run", "--rm", NestedImage.name, "echo", "back") == "back")
    }

    @Test func aDaemonThatCannotBeKeptAliveEndsTheContainer() throws {
        let before = HostSnapshot.take()
        let container = try PodContainer(["--privileged"], ["--", "sleep", "1000"])
        defer { container.remove() }
        try Wait.until("the engine to answer", seconds: 120) {
            try container.exec("docker", "version").status == 0
        }
        // From now on it dies at every start.
        try container.require("mv", "/usr/sbin/dockerd", "/usr/sbin/dockerd.real")
        try container.require(
            "sh", "-c", "printf '#!/bin/sh\\nexit 9\\n' >/usr/sbin/dockerd; chmod +x /usr/sbin/dockerd")
        try container.require("sh", "-c", "kill -9 $(cat /var/run/docker.pid)")
        #expect(try container.wait(seconds: 120) == 69, "\(container.errors)")
        #expect(container.errors.contains("exit status 9"), "\(container.errors)")
        try expectNothingLeft(since: before)
    }

    @Test func aDryRunChangesNothingAndNeedsNoPrivileges() throws {
        let result = try PodContainer.run([], ["--dry-run", "-o", "json"])
        #expect(result.status == 0, "\(result)")
        let report = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let plan = try #require(report?["plan"] as? [String: Any])
        #expect((plan["decisions"] as? [Any])?.isEmpty == false)
        let yaml = try PodContainer.run([], ["--dry-run", "-o", "yaml"])
        #expect(yaml.output.contains("\nplan:\n"), "\(yaml)")
    }

    @Test func theConfigurationIsNotForEveryone() throws {
        let result = try PodContainer.run(
            ["--privileged"],
            [
                "--registry-mirror", "https://mirror.invalid", "--", "stat", "-c", "%a",
                "/run/kinkajou/dind/daemon.json",
            ])
        #expect(result.output == "600\n", "\(result)")
    }

    @Test func passwordsInAddressesAreRefusedAndNotShown() throws {
        // dockerd itself refuses them, and would show them in its log.
        let result = try PodContainer.run(
            ["--privileged"], ["--registry-mirror", "https://user:hunter2@mirror.invalid", "--", "true"])
        #expect(result.status == 64, "\(result)")
        #expect(result.errors.contains("user name or password"), "\(result)")
        #expect(!result.errors.contains("hunter2"), "\(result)")
    }
}
