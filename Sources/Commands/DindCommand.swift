internal import ArgumentParser
internal import Console
internal import Doctor
internal import EngineHost
internal import EnginePlan
internal import Glibc
internal import HostFacts
internal import HostReader
internal import Values

/// `kinkajou dind`.
struct DindCommand: AsyncCommand, LoggingCommand {
    static let configuration = CommandConfiguration(
        commandName: "dind",
        abstract: "Run a Docker daemon in this container, and a command with it.",
        discussion: """
            Made to be a container's ENTRYPOINT. It looks at the container (cgroups, mounts, network, \
            iptables, storage), prepares it for a nested Docker engine, starts dockerd, waits until that \
            answers, and runs COMMAND with DOCKER_HOST set. When COMMAND ends, or on SIGTERM or SIGINT, it \
            ends the nested containers and dockerd and removes every trace, within --grace.

            Without COMMAND it serves until it is stopped. COMMAND's stdin, stdout, stderr, terminal and \
            exit status are the container's; messages of kinkajou itself go to stderr.

            EXAMPLES
              docker run --rm --privileged kinkajou/pod -- docker run --rm alpine echo hello
              kinkajou dind --dry-run            # what would be done here, and why; changes nothing
              kinkajou dind --mtu 1400 -- make test

            ENVIRONMENT (an option wins over its variable)
              DOCKERD_BIP, DOCKERD_MTU   as --bip and --mtu
              DOCKER_ARGS                more arguments for dockerd
              DOCKER_IPTABLES_LEGACY     non-empty: the legacy backend; set but empty: nft
              DOCKER_TLS_CERTDIR         non-empty: also serve TLS on port 2376, certificates here
              DOCKER_TLS_SAN             more names for the certificate: DNS:name,IP:address
              HTTP_PROXY, HTTPS_PROXY, NO_PROXY   passed on to dockerd

            EXIT STATUS
              COMMAND's own; 128+n when signal n ended it or stopped kinkajou before COMMAND ran. Errors of \
            kinkajou itself: 64 bad options, 69 dockerd failed, 71 a step failed, 73 data root unusable, \
            75 not ready in time, 77 privilege missing, 78 program missing, 126 and 127 COMMAND not \
            executable and not found.
            """
    )

    @OptionGroup var options: DindSettingOptions
    @OptionGroup(title: "Log options") var logging: LoggingOptions

    @Flag(help: "Print the facts and the plan, and change nothing. Works without privileges.")
    var dryRun = false

    @Option(name: .shortAndLong, help: "The format of --dry-run: text, json or yaml.")
    var output = PlanFormat.text

    @Option(help: "How long dockerd may take to answer, such as 60s or 2m.")
    var readyTimeout = DurationArgument(.seconds(60))

    @Option(help: "Where /livez, /readyz and /startupz are served: ADDRESS:PORT, or none.")
    var statusAddress = StatusAddress.none

    @Option(help: "Where dockerd's log goes beside its file: stderr or none.")
    var dockerLog = DockerLog.none

    @Option(help: "The file of dockerd's log.")
    var logFile = "/var/log/kinkajou/dockerd.log"

    @Flag(name: .shortAndLong, help: "No progress on stderr; warnings and errors only.")
    var quiet = false

    @Argument(parsing: .captureForPassthrough, help: "The command to run, after --.")
    var command: [String] = []

    enum DockerLog: String, ExpressibleByArgument, CaseIterable {
        case stderr, none
    }

    func validate() throws {
        try CommandWords.check(command, of: self)
        try options.check(command: CommandWords.afterTerminator(command))
    }

    func runToExitStatus() async throws -> Int32 {
        let settings: DindSettings
        do {
            settings = try options.settings()
        } catch let error as KinkajouError {
            StandardError.report(error)
            return ErrorCode.usage.exitStatus
        }
        if dryRun {
            let facts = await FactsReader().read(dataRoot: settings.dataRoot.value)
            let report = PlanReport(facts: facts, plan: Plan(facts: facts, settings: settings))
            StandardOutput.write(try report.rendered(as: output))
            return 0
        }
        let status = EngineStatus()
        let server: StatusServer?
        do {
            server = try await statusAddress.serve(status)
        } catch let error as KinkajouError {
            StandardError.write(error.text)
            return error.code.exitStatus
        }
        let session = DindSession(
            options: DindOptions(
                settings: settings, command: CommandWords.native(command),
                readyTimeout: readyTimeout.duration, grace: .seconds(settings.graceSeconds), logPath: logFile,
                copiesLogToStderr: dockerLog == .stderr, tlsNames: options.tlsNames(),
                exitsZeroOnStop: options.exitZeroOnStop, status: status, purpose: .dind, isQuiet: quiet),
            progress: Progress(isQuiet: quiet))
        let code = await session.run()
        await server?.stop()
        return code
    }
}
