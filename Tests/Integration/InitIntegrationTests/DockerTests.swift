import Glibc
import TestSupport
import Testing

@Suite("In a Docker container", .serialized, .enabled(if: PrivateDockerEngine.obstacle == nil))
struct DockerTests {
    @Test("The engine comes and goes without a trace")
    func engine() throws {
        let engine = try PrivateDockerEngine()
        try engine.makeImage(named: "busybox")
        let output = try engine.require("run", "--rm", "busybox", "echo", "hello")
        #expect(output == "hello")
        engine.stop()
        #expect(ProcessSnapshot.processes(naming: engine.root).isEmpty)
        #expect(ProcessSnapshot.mounts(below: engine.root).isEmpty)
        #expect(ProcessSnapshot.cgroups(named: engine.cgroupParent).isEmpty)
        #expect(access(engine.root, F_OK) != 0)
    }
}
