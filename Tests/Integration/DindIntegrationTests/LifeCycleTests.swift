import Foundation
import TestSupport
import Testing

/// The user's command, signals, and what is left.
@Suite(.serialized, .needs(.podImage))
struct LifeCycleTests {
    @Test(arguments: [0, 1, 42, 137])
    func theCommandsStatusIsTheContainers(status: Int32) throws {
        let result = try PodContainer.run(["--privileged"], ["--", "sh", "-c", "exit \(status)"])
        #expect(result.status == status, "\(result)")
        #expect(result.output.isEmpty)
    }

    @Test func theCommandMayFollowWithoutDashes() throws {
        let result = try PodContainer.run(
            ["--privileged"], ["docker", "version", "-f", "{{.Server.Version}}"])
        #expect(result.status == 0, "\(result)")
        #expect(result.output.hasPrefix("2"))
    }

    @Test func outputIsExact() throws {
        // 100 MB of every byte value, through a pipe, compared by its sum.
        let script =
            "i=0; while [ $i -lt 100 ]; do cat /tmp/megabyte; i=$((i+1)); done"
        let make = "head -c 1048576 /dev/zero | openssl enc -aes-128-ctr -nosalt -K 0 -iv 0 2>/dev/null"
        let container = try Command.run(
            [
                "sh", "-c",
                """
                set -e
                dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
                \(make) >"$dir/megabyte"
                expected=$(for i in $(seq 100); do cat "$dir/megabyte"; done | sha256sum)
                actual=$(docker run --rm --privileged -v "$dir/megabyte:/tmp/megabyte:ro" \(ImageUnderTest.pod.name) \
                    --quiet -- sh -c '\(script)' 2>/dev/null | sha256sum)
                test "$expected" = "$actual" && echo same
                """,
            ], seconds: 300)
        #expect(container.output == "same\n", "\(container)")
    }

    /// Words and variables need not be UTF-8. Docker's API is JSON, so a shell in the container makes them.
    @Test func wordsAndVariablesReachTheCommandByteForByte() throws {
        let script = #"""
            export ODD="$(printf 'v\377\n.')"
            exec kinkajou dind -q -- sh -c 'printf %s "$1$2$ODD" | od -An -v -tx1' sh \
                "$(printf 'a\377')" "$(printf 'a\376')"
            """#
        let result = try PodContainer.run(
            ["--privileged", "--entrypoint", "sh"], ["-c", script])
        #expect(result.status == 0, "\(result)")
        #expect(
            result.output.split(whereSeparator: \.isWhitespace) == [
                "61", "ff", "61", "fe", "76", "ff", "0a", "2e",
            ], "\(result)")
    }

    /// It is what every container pays for as long as it runs. The supervisor below it, and COMMAND, start as they would
    /// without it: with the signal mask that the container was started with.
    @Test func theSmallInitIsPID1() throws {
        let result = try PodContainer.run(
            ["--privileged", "-e", "TINI_VERBOSITY=3", "-e", "TINI_KILL_PROCESS_GROUP=1"],
            [
                "-q", "--", "sh", "-c",
                "readlink /proc/1/exe; awk '/^VmRSS/ {print $2}' /proc/1/status; cat /proc/$(pgrep -P 1 -o)/comm;"
                    + " grep SigBlk /proc/self/status",
            ])
        #expect(result.status == 0, "\(result)")
        let lines = result.output.split(separator: "\n").map(String.init)
        try #require(lines.count == 4, "\(result)")
        #expect(lines[0] == "/usr/local/bin/kinkajou-init")
        #expect(try #require(Int(lines[1])) < 4096, "PID 1 takes \(lines[1]) kB")
        #expect(lines[2] == "kinkajou")
        #expect(lines[3].hasSuffix("0000000000000000"))
        #expect(result.errors == "", "an init's own variables are for those that the user runs")
    }

    /// The image may lack it: then the program itself is PID 1.
    @Test func withoutTheSmallInitTheProgramIsPID1() throws {
        let result = try PodContainer.run(
            ["--privileged", "--entrypoint", "sh"],
            [
                "-c",
                "rm /usr/local/bin/kinkajou-init; exec kinkajou dind -q -- sh -c 'readlink /proc/1/exe; grep SigBlk /proc/self/status'",
            ])
        #expect(result.status == 0, "\(result)")
        #expect(result.output.hasPrefix("/usr/local/bin/kinkajou\nSigBlk:\t0000000000000000"), "\(result)")
    }

    /// CI systems count a sidecar that answers SIGTERM with 143 as a failed one.
    @Test(arguments: [([], 143), (["--exit-zero-on-stop"], 0)] as [([String], Int32)])
    func aServingContainerEndsAsAskedForWhenItIsStopped(options: [String], status: Int32) throws {
        let container = try PodContainer(["--privileged"], options)
        defer { container.remove() }
        try container.waitUntilReady()
        try container.kill("TERM")
        #expect(try container.wait() == status, "\(container.errors)")
    }

    /// Probes that need no process in the container.
    @Test func theStatusPagesTellHowFarItIs() throws {
        let container = try PodContainer(["--privileged"], ["--status-address", ":30002"])
        defer { container.remove() }
        try container.waitUntilReady()
        func page(_ path: String) throws -> String {
            try container.require(
                "bash", "-c",
                "exec 3<>/dev/tcp/127.0.0.1/30002; printf 'GET \(path) HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3")
        }
        for path in ["/livez", "/startupz", "/readyz"] {
            let answer = try page(path)
            #expect(
                answer.hasPrefix("HTTP/1.1 200") || answer.hasPrefix("HTTP/1.0 200"), "\(path): \(answer)")
        }
        #expect(try page("/metrics").contains(" 404 "))
        // An engine that hangs is not ready, however alive it is.
        try container.require("sh", "-c", "kill -STOP $(cat /var/run/docker.pid)")
        #expect(try page("/readyz").contains(" 503 "))
        #expect(try page("/livez").contains(" 200 "))
        try container.require("sh", "-c", "kill -CONT $(cat /var/run/docker.pid)")
    }

    @Test func stdinReachesTheCommand() throws {
        let result = try Command.run(
            [
                "sh", "-c",
                "printf 'a\\000b' | docker run -i --rm --privileged \(ImageUnderTest.pod.name) -q -- od -An -c",
            ], seconds: 120)
        #expect(
            result.output.split(separator: " ").map { $0.trimmingCharacters(in: .newlines) } == [
                "a", "\\0", "b",
            ])
    }

    @Test func theCommandHasTheTerminal() throws {
        // script(1) gives docker a terminal; `tty` and the foreground group tell what the command has.
        let result = try Command.run(
            [
                "script", "-qec",
                "docker run -it --rm --privileged \(ImageUnderTest.pod.name) -q -- sh -c 'tty; ps -o stat= -p $$'",
                "/dev/null",
            ], seconds: 120)
        #expect(result.output.contains("/dev/pts/"), "\(result)")
        #expect(result.output.contains("+"), "the command is not in the foreground: \(result)")
    }

    /// Moments from the first millisecond to the steady state.
    static let moments = (0..<20).map { $0 * $0 * 10_000 }

    @Test(arguments: moments)
    func aSignalAtAnyMomentEndsItWithNothingLeft(microseconds: Int) throws {
        let before = HostSnapshot.take()
        let container = try PodContainer(["--privileged"], ["--grace", "20s", "--", "sleep", "1000"])
        defer { container.remove() }
        // The first moment is that in which PID 1 has blocked its signals: what the kernel is sent for a PID 1
        // that has not even begun to run it throws away, whatever the program.
        try Wait.until("PID 1 to have begun", seconds: 60) {
            let state = try Command.run(["docker", "inspect", "-f", "{{.State.Pid}}", container.name])
            guard let pid = Int32(state.output.trimmingCharacters(in: .whitespacesAndNewlines)), pid > 0
            else {
                return false
            }
            return ProcessSnapshot.keepsTermination(pid)
        }
        usleep(UInt32(microseconds))
        try container.kill("TERM")
        #expect(try container.wait(seconds: 60) == 143, "\(container.errors)")
        #expect(!container.errors.contains("left behind"), "\(container.errors)")
        try expectNothingLeft(since: before)
    }

    @Test func aKilledContainerLeavesNothingOutside() throws {
        let before = HostSnapshot.take()
        let container = try PodContainer.serving()
        defer { container.remove() }
        try container.require("docker", "run", "-d", NestedImage.name, "sleep", "1000")
        try container.kill("KILL")
        #expect(try container.wait() == 137)
        container.remove()
        try expectNothingLeft(since: before)
    }

    @Test func aCommandThatIgnoresSIGTERMIsKilledWithinTheGrace() throws {
        let container = try PodContainer(
            ["--privileged"],
            ["--grace", "6s", "--", "sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"])
        defer { container.remove() }
        try container.waitForOutput("deaf", seconds: 120)
        try container.kill("TERM")
        #expect(try container.wait(seconds: 40) == 137, "\(container.errors)")
    }

    @Test func aCommandMayAnswerSIGTERMWithAStatusOfItsOwn() throws {
        let container = try PodContainer(
            ["--privileged"], ["--", "sh", "-c", "trap 'exit 5' TERM; echo up; while :; do sleep 0.1; done"])
        defer { container.remove() }
        try container.waitForOutput("up", seconds: 120)
        try container.kill("TERM")
        #expect(try container.wait(seconds: 60) == 5, "\(container.errors)")
    }

    @Test func otherSignalsReachTheCommand() throws {
        let container = try PodContainer(
            ["--privileged"],
            ["--", "sh", "-c", "trap 'echo usr1; exit 3' USR1; echo up; while :; do sleep 0.1; done"])
        defer { container.remove() }
        try container.waitForOutput("up", seconds: 120)
        try container.kill("USR1")
        #expect(try container.wait(seconds: 60) == 3)
        #expect(container.output.contains("usr1"))
    }

    @Test func everythingInsideIsTakenBack() throws {
        // In one container whose PID 1 is a shell: what a run leaves in mounts, interfaces, rules and cgroups
        // is seen from beside it.
        let state = """
            cut -d' ' -f4,5 /proc/self/mountinfo | sort; ls /sys/class/net | sort; \
            iptables-legacy-save | grep -- '-A'; iptables-nft-save | grep -- '-A'; \
            find /sys/fs/cgroup -type d | sort; cat /proc/sys/net/ipv4/ip_forward; ls -d /run/kinkajou /var/run/docker.* 2>/dev/null
            """
        let script = """
            (\(state)) >/tmp/before 2>/dev/null
            kinkajou dind -- sh -c 'docker load -qi /images/busybox.tar && docker network create extra \
                && docker run -d -p 81:81 --network extra \(NestedImage.name) sleep 1000' || exit 1
            (\(state)) >/tmp/after 2>/dev/null
            diff /tmp/before /tmp/after && echo identical
            """
        let result = try PodContainer.run(["--privileged", "--entrypoint", "sh"], ["-c", script])
        #expect(result.output.contains("identical"), "\(result)")
        #expect(!result.errors.contains("left behind"), "\(result)")
    }

    /// How often something is started and stopped to see whether anything grows: KINKAJOU_TEST_CYCLES, such as
    /// 100 for a long look.
    static let cycles = ProcessInfo.processInfo.environment["KINKAJOU_TEST_CYCLES"].flatMap { Int($0) } ?? 12

    @Test func manyRunsInOneContainerDoNotGrow() throws {
        let count =
            "echo $(find /sys/fs/cgroup -type d | wc -l) $(wc -l </proc/self/mountinfo) $(ls /sys/class/net | wc -l)"
        let script = """
            kinkajou dind -q -- true || exit 1
            \(count)
            i=0; while [ $i -lt \(Self.cycles) ]; do kinkajou dind -q -- true || exit 1; i=$((i+1)); done
            \(count)
            """
        let result = try PodContainer.run(
            ["--privileged", "--entrypoint", "sh"], ["-c", script], seconds: 1200)
        let lines = result.output.split(separator: "\n")
        #expect(result.status == 0, "\(result)")
        #expect(lines.count == 2 && lines[0] == lines[1], "\(result)")
    }

    @Test func manyContainersLeaveNothing() throws {
        let before = HostSnapshot.take()
        for _ in 0..<Self.cycles {
            let result = try Command.run(
                ["docker", "run", "--rm", "--privileged", ImageUnderTest.pod.name, "-q", "--", "true"],
                seconds: 120)
            try #require(result.status == 0, "\(result)")
        }
        try expectNothingLeft(since: before)
    }
}
