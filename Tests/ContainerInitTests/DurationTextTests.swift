import Testing

@testable import ContainerInit

@Suite("Durations")
struct DurationTextTests {
    @Test(
        "in Go's notation, or in seconds",
        arguments: [
            ("10s", .seconds(10)), ("1m30s", .seconds(90)), ("500ms", .milliseconds(500)), ("0", .zero),
            ("5", .seconds(5)), ("1.5h", .seconds(5400)), ("0.25", .milliseconds(250)),
            (".5s", .milliseconds(500)),
            ("1h2m3s4ms5us6ns", .nanoseconds(3_723_004_005_006)), ("7µs", .microseconds(7)),
            ("+3s", .seconds(3)),
            ("0s", .zero),
        ] as [(String, Duration)])
    func valid(_ text: String, _ expected: Duration) {
        #expect(Duration(goText: text) == expected)
    }

    @Test(
        "and nothing else",
        arguments: [
            "", "+", "s", "10x", "-1s", "1s-", "1 s", " 1s", "1s1", "5m3", "1..5s", ".", ".s", "1e3s", "∞",
            "none",
            "99999999999h", "9223372036854775808ns", String(repeating: "9", count: 400),
        ])
    func invalid(_ text: String) {
        #expect(Duration(goText: text) == nil)
    }

    @Test("in nanoseconds")
    func nanoseconds() {
        #expect(Duration.milliseconds(1500).nanoseconds == 1_500_000_000)
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
    }
}
