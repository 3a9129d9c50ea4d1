import Glibc
import TestSupport
import Testing

@Suite("A child that ignores SIGTERM", .needs(.root))
struct GraceTests {
    @Test(
        "is killed after the grace period", arguments: InitUnderTest.places,
        [SIGTERM, SIGINT] as [Int32])
    func killed(_ program: InitUnderTest, by signal: Int32) throws {
        let process = try program.start(
            ["--grace", "200ms"], script: "trap 'echo ignored' TERM INT; echo ready; \(waitForever)")
        defer { process.end() }
        try process.waitForOutput("ready")
        process.signal(signal)
        #expect(try process.wait() == 137)
        #expect(process.output.contains("ignored"), "it was asked first")
    }

    @Test("is killed with its group with -g")
    func killedGroup() throws {
        let script = "trap '' TERM; (trap '' TERM; exec sleep 1000) & echo ready; \(waitForever)"
        let process = try InitUnderTest.subreaper.start(
            ["-g", "--grace=100ms", "--linger", "none"], script: script)
        defer { process.end() }
        try process.waitForOutput("ready")
        let below = ProcessSnapshot.descendants(of: process.pid)
        process.signal(SIGTERM)
        #expect(try process.wait() == 137)
        try Wait.until("the group to be gone") {
            below.allSatisfy { ProcessSnapshot.status("State", of: $0).map { $0.hasPrefix("Z") } ?? true }
        }
    }

    @Test("is killed while it is stopped")
    func stopped() throws {
        let process = try InitUnderTest().start(
            ["--grace", "100ms"], script: "trap '' TERM; echo ready; kill -STOP $$; \(waitForever)")
        defer { process.end() }
        try process.waitForOutput("ready")
        process.signal(SIGTERM)
        #expect(try process.wait() == 137)
    }

    @Test("is left alone without a grace period, as with tini")
    func noGrace() throws {
        let process = try InitUnderTest().start(
            script: "trap 'echo ignored' TERM; echo ready; \(waitForever)")
        defer { process.end() }
        try process.waitForOutput("ready")
        process.signal(SIGTERM)
        try process.waitForOutput("ignored")
        process.signal(SIGHUP)
        #expect(try process.wait() == 129, "SIGHUP, not a SIGKILL of the init")
    }

    @Test("The variable does what the option does, and the option wins")
    func variable() throws {
        var setup = try InitUnderTest().setup([
            "--", "/bin/sh", "-c", "trap '' TERM; echo ready; \(waitForever)",
        ])
        setup.environment = ["PATH=/usr/bin:/bin", "KINKAJOU_INIT_GRACE=100ms"]
        let process = try ChildProcess(setup)
        defer { process.end() }
        try process.waitForOutput("ready")
        process.signal(SIGTERM)
        #expect(try process.wait() == 137)

        setup.environment = ["KINKAJOU_INIT_GRACE=nonsense"]
        #expect(try Command.run(setup).status == 1)
    }

    @Test("A grace period does not change the exit status of a child that obeys")
    func obedient() throws {
        let process = try InitUnderTest().start(
            ["--grace", "1h"], script: "trap 'exit 4' TERM; echo ready; \(waitForever)")
        defer { process.end() }
        try process.waitForOutput("ready")
        process.signal(SIGTERM)
        #expect(try process.wait() == 4)
    }
}
