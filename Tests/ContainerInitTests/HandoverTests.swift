import Testing

@testable import ContainerInit

@Suite("What a program leaves to the small init that it becomes")
struct HandoverTests {
    @Test(
        "arrives as it was",
        arguments: [(27_000, 1000), (nil, 0), (1, nil)] as [(Int64?, Int64?)])
    func roundTrip(grace: Int64?, linger: Int64?) {
        let handover = Handover(
            signalMask: .max,
            options: .ofSupervisor(
                grace: grace.map { .milliseconds($0) }, linger: linger.map { .milliseconds($0) }),
            executable: "/a b/kinkajou", name: "kinkajou-supervisor")
        let line = ["kinkajou-init"] + handover.words + ["dind", "--", "true"]
        #expect(Handover(arguments: line) == handover)
        #expect(Array(line.dropFirst(Handover.wordCount)) == ["dind", "--", "true"])
    }

    /// Node images name systemd's signal as the one that stops their containers; tini hands it on as it is.
    @Test("a supervisor's init knows the stop signal of node images")
    func stopSignal() {
        #expect(InitOptions.ofSupervisor(grace: nil, linger: nil).translatedSignals == [37: 15])
        #expect(InitOptions().translatedSignals.isEmpty)
    }

    /// tini's options and a command of that name are none.
    @Test(
        "is not taken out of other command lines",
        arguments: [
            [], ["--", "--supervise", "0", "1", "1", "/bin/true", "x"], ["--supervise"],
            ["--supervise", "0", "soon", "1", "/bin/true", "x"],
            ["--supervise", "mask", "1", "1", "/bin/true", "x"],
        ])
    func others(words: [String]) {
        #expect(Handover(arguments: ["kinkajou-init"] + words) == nil)
    }
}
