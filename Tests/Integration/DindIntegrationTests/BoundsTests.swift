import TestSupport
import Testing

/// Nothing is waited for without end, and a stop takes what it was given.
@Suite(.serialized, .needs(.podImage))
struct BoundsTests {
    /// Replaces a program of the container by a script, then runs a command.
    private func replacing(_ program: String, by script: String, then command: String) -> [String] {
        [
            "-c",
            """
            mv \(program) \(program).real
            cat >\(program) <<'END'
            #!/bin/sh
            \(script)
            END
            chmod +x \(program)
            \(command)
            """,
        ]
    }

    /// Stops a container, and returns its status and how long that took.
    private func stop(_ container: PodContainer) throws -> (status: Int32, time: Duration) {
        let start = ContinuousClock.now
        try container.kill("TERM")
        let status = try container.wait(seconds: 60)
        return (status, start.duration(to: .now))
    }

    @Test func aProgramThatHangsIsGivenUp() throws {
        let container = try PodContainer(
            ["--privileged", "--entrypoint", "sh"],
            replacing(
                "/usr/sbin/iptables-nft-save", by: "exec sleep 1000",
                then: "exec kinkajou dind --iptables-backend nft --grace 8s"))
        defer { container.remove() }
        try container.waitUntilReady()
        #expect(container.errors.contains("did not end within 10 s"), "\(container.errors)")
        let end = try stop(container)
        #expect(end.status == 143, "\(container.errors)")
        #expect(end.time < .seconds(12), "\(container.errors)")
        #expect(container.errors.contains("so none was removed"), "\(container.errors)")
    }

    /// PID 1's share and the supervisor's add up: the default of 25 s fits into a Pod's 30 s.
    @Test func aSupervisorThatHangsIsEndedInTime() throws {
        let container = try PodContainer.serving(["--privileged"], ["--grace", "5s"])
        defer { container.remove() }
        try container.require("docker", "run", "-d", NestedImage.name, "sleep", "1000")
        try container.require("sh", "-c", "kill -STOP $(pgrep -P 1 -o)")
        let end = try stop(container)
        #expect(end.status == 137, "\(container.errors)")
        #expect(end.time < .seconds(5 + 5))
    }

    /// A container that ignores SIGTERM gets what can be spared, and dockerd ends by itself.
    @Test(arguments: ["2s", "4s", "10s"])
    func withAShortGraceDockerdIsNotKilled(grace: String) throws {
        let container = try PodContainer.serving(["--privileged"], ["--grace", grace])
        defer { container.remove() }
        try container.require(
            "docker", "run", "-d", NestedImage.name, "sh", "-c", "trap '' TERM; while :; do sleep 1; done")
        #expect(try stop(container).status == 143, "\(container.errors)")
        #expect(!container.errors.contains("was killed"), "\(container.errors)")
        #expect(!container.errors.contains("left behind"), "\(container.errors)")
    }

    /// Without `--` the words after the first of COMMAND are COMMAND's, whatever they look like.
    @Test func theCommandsOwnGraceIsItsOwn() throws {
        let container = try PodContainer(
            ["--privileged"],
            [
                "sh", "-c", "trap 'sleep 6; exit 7' TERM; echo up; while :; do sleep 0.1; done", "sh",
                "--grace", "1s",
            ])
        defer { container.remove() }
        try container.waitForOutput("up", seconds: 120)
        #expect(try stop(container).status == 7, "\(container.errors)")
    }

    // MARK: - One dockerd at a time

    /// dockerd as a script that counts its starts, and what comes of that.
    private func withDaemon(_ script: String, options: String = "") throws -> Command.Result {
        try PodContainer.run(
            ["--privileged", "--entrypoint", "sh"],
            replacing(
                "/usr/sbin/dockerd",
                by: """
                    [ "$1" != --version ] || exec /usr/sbin/dockerd.real --version
                    echo started >>/tmp/starts
                    \(script)
                    """,
                then: "kinkajou dind \(options); echo status $?, $(wc -l </tmp/starts) starts"))
    }

    /// It says what is tried again, and lives: then it is only slow.
    @Test func aSlowDaemonIsWaitedForAndNotDoubled() throws {
        let result = try withDaemon(
            """
            echo 'level=warning msg="timeout waiting for containerd to start"' >&2
            exec sleep 1000
            """, options: "--ready-timeout 4s")
        #expect(result.output == "status 75, 1 starts\n", "\(result)")
    }

    /// Whether it is tried again is judged by what that dockerd has said, not by what an earlier one said.
    @Test func eachStartIsJudgedByItsOwnLog() throws {
        let result = try withDaemon(
            """
            reason='something else'
            [ $(wc -l </tmp/starts) != 1 ] || reason='timeout waiting for containerd to start'
            echo "failed to start daemon: $reason" >&2
            exit 1
            """)
        #expect(result.output == "status 69, 2 starts\n", "\(result)")
        #expect(result.errors.contains("something else"), "\(result)")
    }
}
