import Doctor
import Glibc
import TestSupport
import Testing

/// `kinkajou doctor --target docker` on this machine's engine.
@Suite(
    .serialized,
    .needs(.podImage))
struct DockerTargetTests {
    private func doctor(_ arguments: String..., environment: [String]? = nil) throws -> Command.Result {
        var setup = ChildProcess.Setup(try BuiltBinary.path("kinkajou"), ["doctor"] + arguments)
        setup.environment = environment
        return try Command.run(setup)
    }

    private func probes() throws -> [String] {
        try Command.require("docker", "ps", "-a", "-q", "--filter", "name=kinkajou-doctor-")
            .split(separator: "\n").map(String.init)
    }

    @Test func theEngineIsAsked() throws {
        let result = try doctor("--target", "docker", "-o", "json", "--image", ImageUnderTest.pod.name)
        let report = try Report(json: result.output)
        #expect(result.status == 0, "\(report.text())")
        #expect(report.findings.first { $0.id == "docker-image" }?.severity == .ok)
        #expect(report.findings.first { $0.id == "docker-cgroups" }?.found.contains("version") == true)
    }

    @Test func anEngineThatIsNotThereIsNamed() throws {
        let result = try doctor(
            "--target", "docker", "-o", "json",
            environment: ["DOCKER_HOST=unix:///nowhere.sock", "PATH=/usr/bin"])
        let report = try Report(json: result.output)
        #expect(result.status == 1)
        #expect(report.findings.map(\.id) == ["docker-answers"])
        #expect(report.findings[0].found.contains("/nowhere.sock"))
    }

    @Test func aProbeFindsWhatContainersGetAndGoesAway() throws {
        let result = try doctor(
            "--target", "docker", "--probe", "-o", "json", "--image", ImageUnderTest.pod.name)
        let report = try Report(json: result.output)
        #expect(result.status == 0, "\(report.text())")
        #expect(report.findings.filter { $0.severity > .info } == [])
        let inside = report.findings.filter { $0.place == "container" }
        #expect(inside.contains { $0.id == "cap-sys-admin" && $0.severity == .ok })
        #expect(try probes() == [])
    }

    @Test func aProbeWithoutItsImageSaysSo() throws {
        let result = try doctor("--target", "docker", "--probe", "-o", "json", "--image", "no.such/image:1")
        let report = try Report(json: result.output)
        #expect(result.status == 1)
        #expect(report.findings.first { $0.id == "docker-probe" }?.severity == .error, "\(report.text())")
        #expect(try probes() == [])
    }

    @Test func anInterruptedProbeLeavesNoContainer() throws {
        let process = try ChildProcess(
            ChildProcess.Setup(
                try BuiltBinary.path("kinkajou"),
                ["doctor", "--target", "docker", "--probe", "--image", ImageUnderTest.pod.name]))
        defer { process.end() }
        try Wait.until("the probe's container") { try !probes().isEmpty }
        #expect(kill(process.pid, SIGTERM) == 0)
        #expect(try process.wait(seconds: 60) == 143)
        #expect(process.output.isEmpty)
        #expect(try probes() == [])
    }
}
