import Foundation
import TestSupport
import Testing

/// The checks before a start.
@Suite(
    .serialized,
    .needs(.podImage))
struct StartTests {
    private static let warning =
        "warning: open-files: 1024, and 4096 are needed (cure: kinkajou doctor --check open-files)\n"

    private func dind(_ flags: [String], _ arguments: String, before script: String = "true") throws
        -> Command.Result
    {
        // A volume for the data root comes with the image.
        try ExaminedContainer.run(
            flags, script: "\(script) && exec kinkajou dind \(arguments)", seconds: 180)
    }

    @Test func aHealthyContainerHearsNothing() throws {
        let result = try dind(["--privileged"], "-- true")
        #expect(result.status == 0, "\(result)")
        #expect(!result.errors.contains("warning"), "\(result.errors)")
        #expect(!result.errors.contains("kinkajou doctor"), "\(result.errors)")
    }

    @Test func aWarningIsOneLineOnceAndTheStartGoesOn() throws {
        let flags = ["--privileged", "--ulimit", "nofile=1024:1024"]
        let result = try dind(flags, "-- echo went on")
        #expect(result.status == 0, "\(result)")
        #expect(result.output == "went on\n")
        #expect(result.errors.components(separatedBy: Self.warning).count == 2, "\(result.errors)")
        let quiet = try dind(flags, "--quiet -- true")
        #expect(quiet.status == 0, "\(quiet)")
        #expect(!quiet.errors.contains("open-files"), "\(quiet.errors)")
    }

    @Test func whatThePlanRefusesNamesItsCheck() throws {
        let result = try dind([], "-- true")
        #expect(result.status == 77, "\(result)")
        #expect(result.errors.contains("see:  kinkajou doctor --check cap-sys-admin"), "\(result.errors)")
        #expect(result.errors.components(separatedBy: "CAP_SYS_ADMIN").count == 2, "\(result.errors)")
    }

    @Test func aLaterFailureNamesTheCheckThatExplainsIt() throws {
        // What dockerd says where the kernel lacks a module, which this machine's does not.
        let result = try dind(
            ["--privileged"], "-- true",
            before: "mv /usr/sbin/dockerd /usr/sbin/dockerd.real && printf '%s\\n' '#!/bin/sh'"
                + " 'case $1 in --version) exec dockerd.real --version;; esac'"
                + " 'echo failed to start daemon: iptables: TABLE_ADD failed >&2; exit 1'"
                + " >/usr/sbin/dockerd && chmod +x /usr/sbin/dockerd")
        #expect(result.status == 69, "\(result)")
        #expect(result.errors.contains("see:  kinkajou doctor --check iptables-nat"), "\(result.errors)")
    }
}
