import Linux
import Testing

/// Programs of the system, and how they are ended.
struct ToolTests {
    @Test func outputAndStatus() async {
        let result = await Tool.run("sh", ["-c", "echo out; echo first >&2; echo last >&2; exit 3"])
        #expect(result.status == 3 && !result.isSuccess)
        #expect(result.output == "out\n")
        #expect(result.reason == "last")
    }

    /// One that hangs is ended with its children, which hold its streams open; the message names it and the limit.
    @Test(arguments: ["sleep 1000", "sleep 1000 & wait", "trap '' TERM; sleep 1000 & wait; sleep 1000"])
    func oneThatHangsIsEnded(script: String) async {
        let start = ContinuousClock.now
        let result = await Tool.run("sh", ["-c", script], limit: .milliseconds(300))
        #expect(result.status == 124)
        #expect(result.reason.contains("sh did not end within"))
        #expect(start.duration(to: .now) < .seconds(60))
    }

    @Test func oneThatIsNotThere() async {
        let result = await Tool.run("/no/such/program", [])
        #expect(result.status == 127)
        #expect(result.reason.contains("/no/such/program"))
    }

    /// More than a pipe takes by itself: the rules of a large engine.
    @Test(arguments: [0, 1, 65536, 65537, 500_000])
    func inputArrivesWhole(count: Int) async {
        let result = await Tool.run("wc", ["-c"], input: String(repeating: "x", count: count))
        #expect(result.output == "\(count)\n", "\(result)")
    }

    /// What cannot be handed over whole is refused, not cut.
    @Test func inputThatIsTooLargeIsRefused() async {
        let result = await Tool.run("wc", ["-c"], input: String(repeating: "x", count: 64 << 20))
        #expect(!result.isSuccess && result.output.isEmpty)
    }

    @Test func itEndsWithTheTask() async {
        let start = ContinuousClock.now
        let task = Task { await Tool.run("sleep", ["1000"], limit: .seconds(100)) }
        task.cancel()
        #expect(await !task.value.isSuccess)
        #expect(start.duration(to: .now) < .seconds(60))
    }
}

struct NetworkNamespaceClaimTests {
    @Test func oneAtATime() throws {
        let name = "@kinkajou/test-\(UInt64.random(in: 0 ... .max))"
        do {
            let claim = try NetworkNamespaceClaim(name: name)
            #expect(try Files.read("/proc/net/unix").contains(name))
            #expect(throws: SystemError.self) { try NetworkNamespaceClaim(name: name) }
            withExtendedLifetime(claim) {}
        }
        _ = try NetworkNamespaceClaim(name: name)
    }
}
