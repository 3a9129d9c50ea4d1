import Doctor
import Foundation
import TestSupport

/// A container of the image `kinkajou/pod` in which `kinkajou doctor` is run once.
enum ExaminedContainer {
    /// Whether this machine's cgroups are of version 1, whose hierarchies can be unmounted one by one.
    static let isVersion1 = !FileManager.default.fileExists(atPath: "/sys/fs/cgroup/cgroup.controllers")

    /// Runs something in a container, which goes away with it.
    ///
    /// - Parameters:
    ///   - flags: For `docker run`, beside `--rm`.
    ///   - script: For the shell in it.
    static func run(_ flags: [String], script: String, seconds: Double = 60) throws -> Command.Result {
        let name = "kj-doctor-" + String(UInt32.random(in: .min ... .max), radix: 36)
        defer { _ = try? Command.run(["docker", "rm", "-f", "-v", name]) }
        return try Command.run(
            ["docker", "run", "--rm", "--name", name, "--entrypoint", "sh"] + flags
                + [ImageUnderTest.pod.name, "-c", script],
            seconds: seconds)
    }

    /// Runs the command, and returns its exit status and its report.
    static func examine(
        _ flags: [String] = ["--privileged"], before script: String = "true", _ arguments: String
    ) throws -> (status: Int32, report: Report) {
        let result = try run(flags, script: "\(script) && exec kinkajou doctor --output json \(arguments)")
        do {
            return (result.status, try Report(json: result.output))
        } catch {
            throw Command.Failure(words: ["kinkajou doctor", arguments], result: result)
        }
    }
}
