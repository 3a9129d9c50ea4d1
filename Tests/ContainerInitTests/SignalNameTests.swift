import Testing

@testable import ContainerInit

@Suite("Signal names")
struct SignalNameTests {
    @Test(
        "are read with and without SIG, and as numbers",
        arguments: [
            ("SIGTERM", 15), ("TERM", 15), ("15", 15), ("SIGKILL", 9), ("SIGHUP", 1), ("SIGUSR2", 12),
            ("SIGRTMIN", 34), ("RTMIN+3", 37), ("SIGRTMAX", 64), ("SIGRTMAX-4", 60), ("64", 64), ("1", 1),
        ] as [(String, Int32)])
    func valid(_ text: String, _ number: Int32) {
        #expect(SignalName.number(of: text) == number)
    }

    @Test(
        "and nothing else",
        arguments: [
            "", "SIG", "sigterm", "SIGFOO", "0", "65", "-1", "SIGRTMIN-1", "SIGRTMAX+1", "RTMIN+x", "RTMIN3",
            "RTMIN+2147483647", "SIGSIGTERM",
        ])
    func invalid(_ text: String) {
        #expect(SignalName.number(of: text) == nil)
    }

    @Test("Every number has a text that is read as that number, but for the C library's own two")
    func roundTrip() {
        for number in (1...64 as ClosedRange<Int32>) where number != 32 && number != 33 {
            #expect(SignalName.number(of: SignalName.text(of: number)) == number)
        }
        #expect(SignalName.text(of: 32) == "signal 32")
    }
}
