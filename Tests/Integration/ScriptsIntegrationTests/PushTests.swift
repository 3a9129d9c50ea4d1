import Foundation
import TestSupport
import Testing

/// `scripts/push`: what clients of a release name is what is in the registry.
@Suite(.needs(.binaries)) struct PushTests {
    private func push(registry: String?) throws -> Command.Result {
        let binary = try BuiltBinary.path("kinkajou")
        var variables = ProcessInfo.processInfo.environment
        variables["KINKAJOU_BIN_DIR"] = (binary as NSString).deletingLastPathComponent
        variables["KINKAJOU_REGISTRY"] = registry
        var setup = ChildProcess.Setup("bash", [HostCluster.repository + "/scripts/push"])
        setup.environment = variables.map { "\($0)=\($1)" }
        return try Command.run(setup)
    }

    @Test func anImageGoesOnlyWhereItsBinariesLookForIt() throws {
        let none = try push(registry: nil)
        #expect(none.status == 1 && none.errors.contains("KINKAJOU_REGISTRY is not set"), "\(none)")
        let other = try push(registry: "registry.invalid/ci")
        #expect(other.status == 1, "\(other)")
        #expect(other.errors.contains(", not for registry.invalid/ci/pod:"), "\(other)")
    }
}
