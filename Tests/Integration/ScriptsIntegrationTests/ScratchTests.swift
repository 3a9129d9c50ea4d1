import Foundation
import Glibc
import TestSupport
import Testing

/// `scripts/lib/swift.sh`: where SwiftPM builds.
struct ScratchTests {
    private func run(in folder: String, cache: String, _ text: String) throws -> Command.Result {
        let libraries = ["report", "swift"].map { ". \(HostCluster.repository)/scripts/lib/\($0).sh" }
        var setup = ChildProcess.Setup(
            "bash", ["-c", "set -euo pipefail; cd \(folder); \(libraries.joined(separator: "; "))\n\(text)"])
        var environment = ProcessInfo.processInfo.environment
        environment["KINKAJOU_CACHE"] = cache
        environment["KINKAJOU_SCRATCH"] = nil
        setup.environment = environment.map { "\($0)=\($1)" }
        return try Command.run(setup)
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/kinkajou-scratch-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test func itIsInTheCacheOneForEachConfiguration() throws {
        try withFolder { folder in
            let result = try run(
                in: folder, cache: folder + "/cache", "swift_scratch debug; swift_scratch release")
            let lines = result.output.split(separator: "\n").map(String.init)
            try #require(lines.count == 2, "\(result)")
            #expect(lines[0].hasPrefix(folder + "/cache/swift/") && lines[0].hasSuffix("/debug"), "\(result)")
            #expect(lines[1] == lines[0].replacing("/debug", with: "/release"), "\(result)")
        }
    }

    @Test func itIsInTheTreeWhereTheCacheCannotBeWritten() throws {
        try withFolder { folder in
            let result = try run(in: folder, cache: "/proc/nowhere", "swift_scratch debug")
            #expect(result.output == "\(folder)/.build/kinkajou/debug\n", "\(result)")
        }
    }

    /// Its module could be imported as long as its file lies there.
    @Test func aModuleThatIsNoLongerInTheManifestIsForgotten() throws {
        try withFolder { folder in
            let modules = "\(folder)/scratch/x86_64/debug/Modules"
            let result = try run(
                in: folder, cache: folder,
                """
                mkdir -p \(modules); touch \(modules)/Old.swiftmodule \(modules)/New.swiftmodule \(modules)/NIO.swiftmodule
                printf '.target(name: "Old"),\\n.target(name: "New"),\\n' >Package.swift
                forget_removed_targets scratch; ls \(modules)
                printf '.target(name: "New"),\\n' >Package.swift
                forget_removed_targets scratch; echo then; ls \(modules)
                """)
            let before = "NIO.swiftmodule\nNew.swiftmodule\nOld.swiftmodule\n"
            #expect(
                result.output == before + "then\n" + before.replacing("Old.swiftmodule\n", with: ""),
                "\(result)")
        }
    }

    @Test func oneBuildsAtATime() throws {
        try withFolder { folder in
            let result = try run(
                in: folder, cache: folder + "/cache",
                """
                touch Package.swift
                work() { echo begin >>log; until [ -s waiting ]; do sleep 0.01; done; echo end >>log; }
                with_swift_scratch debug work &
                until [ -e log ]; do sleep 0.01; done
                with_swift_scratch debug echo second 2>waiting >>log
                wait; cat log; cat waiting >&2
                """)
            #expect(result.output == "begin\nend\nsecond\n", "\(result)")
            #expect(result.errors.contains("waiting for another build"), "\(result)")
        }
    }
}
