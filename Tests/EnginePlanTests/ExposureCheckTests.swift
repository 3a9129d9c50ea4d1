import Testing
import Values

@testable import EnginePlan

struct ExposureCheckTests {
    private func problem(
        _ arguments: [String] = [], file: [String: JSONValue] = [:],
        _ change: (inout DindSettings) -> Void = { _ in }
    ) -> Problem? {
        var settings = DindSettings()
        settings.daemonArguments = arguments
        settings.daemonFile = file
        change(&settings)
        return ExposureCheck.problem(settings)
    }

    @Test(arguments: [
        ["-H", "tcp://0.0.0.0:2375"], ["-Htcp://0.0.0.0:2375"], ["-H=tcp://0.0.0.0:2375"],
        ["--host", "tcp://:2375"], ["--host=tcp://127.0.0.1:2375"], ["-DH", "tcp://:2375"],
        ["-H", "0.0.0.0:2375"], ["--tlsverify=false", "-H", "tcp://:2375"],
    ])
    func aPortWithoutTLSIsRefused(arguments: [String]) {
        #expect(problem(arguments)?.severity == .error)
        #expect(problem(arguments)?.summary.contains("without TLS") == true)
        #expect(problem(arguments) { $0.allowsInsecureTCP = true } == nil)
        #expect(problem(arguments) { $0.tlsDirectory = "/certs" } == nil)
    }

    @Test func theUsersFileIsLookedAtToo() {
        #expect(
            problem(file: ["hosts": ["unix:///a", "tcp://:2375"]])?.summary.contains("daemon.json") == true)
        #expect(problem(file: ["hosts": ["tcp://:2376"], "tlsverify": true]) == nil)
        #expect(problem(["--tlsverify"], file: ["hosts": ["tcp://:2376"]]) == nil)
    }

    @Test(arguments: [
        [], ["-H", "unix:///run/a.sock"], ["--host=fd://"], ["-l", "H"], ["--label", "tcp://a"],
        ["-l", "info"], ["--tlsverify", "-H", "tcp://:2376"],
    ])
    func othersAreNot(arguments: [String]) {
        #expect(problem(arguments) == nil)
    }
}
