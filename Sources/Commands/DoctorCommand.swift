internal import ArgumentParser
internal import ClusterSpec
internal import Console
internal import Diagnosis
internal import Doctor
internal import EnginePlan
internal import Glibc
internal import Linux
internal import Values

/// `kinkajou doctor`.
struct DoctorCommand: AsyncCommand, LoggingCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say why a nested engine or cluster would fail here, before it does.",
        discussion: """
            Looks at this container or machine, at a local Docker engine or at a host cluster, and says what would \
            go wrong: what was found and where, why it matters, and the cure. It changes nothing. docs/doctor.md \
            explains every check.

            It takes the options and variables of 'kinkajou dind' that shape the plan, and sees what becomes of them.

            EXAMPLES
              docker run --rm --privileged --entrypoint kinkajou kinkajou/pod doctor
              kinkajou doctor --for dind --strict -o junit >doctor.xml
              kinkajou doctor --target docker --probe
              kinkajou doctor --target kubernetes --namespace ci --probe --nodes 2
              kinkajou doctor --target kubernetes --for node --probe
              kinkajou doctor --check mtu --check dns-servers --all

            EXIT STATUS
              0 when nothing is an error, 1 when something is (with --strict: or a warning), 2 bad options.
            """
    )

    @Option(help: "What is examined: here, docker or kubernetes.")
    var target = Target.here

    @Option(
        name: .customLong("for"),
        help: "What is to be run: dind, cluster, or node (a cluster by --engine node).")
    var purpose = Purpose.cluster

    @Option(name: .shortAndLong, help: "The format: text, json or junit.")
    var output = ReportFormat.text

    @Flag(help: "With text: also show what is as it should be.")
    var all = false

    @Flag(help: "Warnings count as errors.")
    var strict = false

    @Option(help: "Only this check; may be given more than once.")
    var check: [String] = []

    @Flag(
        help: """
            With docker: also run the checks in a privileged container; with kubernetes: in a Pod on each node. They \
            go away with the checks.
            """)
    var probe = false

    @Option(help: "The image for --probe.")
    var image = Defaults.podImage

    @Flag(help: .hidden)
    var list = false

    @Flag(help: .hidden)
    var preflight = false

    @OptionGroup(title: "Host cluster options") var cluster: HostClusterOptions

    @OptionGroup(title: "Engine options") var options: DindSettingOptions
    @OptionGroup(title: "Log options") var logging: LoggingOptions

    func validate() throws {
        let unknown = check.filter { Check.named($0) == nil }
        guard unknown.isEmpty else {
            throw ValidationError("There is no check '\(unknown[0])'. docs/doctor.md has them all.")
        }
        if probe, target == .here { throw ValidationError("--probe is for --target docker and kubernetes.") }
        if let nodes = cluster.nodes, nodes < 1 { throw ValidationError("--nodes is 1 or more.") }
        if output == .markdown, !list { throw ValidationError("markdown is for --list.") }
    }

    func runToExitStatus() async throws -> Int32 {
        if list {
            StandardOutput.write(Handbook.page())
            return 0
        }
        let settings: DindSettings
        do {
            settings = try options.settings()
        } catch let error as KinkajouError {
            StandardError.report(error)
            return DoctorStatus.usage
        }
        let work = Task { try await examine(settings) }
        let interruption = Interruption { work.cancel() }
        let report: Report
        do {
            report = try await work.value
        } catch {
            if let number = interruption.signal { return 128 + number }
            throw error
        }
        if let number = interruption.signal { return 128 + number }
        StandardOutput.write(try rendered(report))
        return report.hasFailed(isStrict: strict) ? DoctorStatus.found : DoctorStatus.healthy
    }

    var checks: [Check] {
        Check.all.filter { candidate in
            (check.isEmpty || check.contains(candidate.id)) && !(preflight && candidate.isSlow)
        }
    }

    private func examine(_ settings: DindSettings) async throws -> Report {
        switch target {
        case .here: return await examineHere(settings)
        case .docker: return try await examineDocker()
        case .kubernetes: return try await examineHostCluster()
        }
    }

    private func examineHere(_ settings: DindSettings) async -> Report {
        let checks = checks
        let facts = await Diagnosis.here(
            settings: settings, purpose: purpose, probing: checks.contains { $0.isSlow && $0.target == .here }
        )
        guard preflight else { return Report(here: facts, checks: checks) }
        // What the checks themselves add to a start, whose facts are read anyway.
        let start = ContinuousClock.now
        let report = Report(here: facts, checks: checks)
        StandardError.write("checks: \(start.duration(to: .now) / .microseconds(1)) us\n")
        return report
    }

    private func examineDocker() async throws -> Report {
        var facts = await DockerReader.read(image: image, purpose: purpose)
        var findings: [ReportEntry] = []
        if probe, facts.failure == nil {
            do {
                findings = try await DockerProbe.run(image: image, purpose: purpose)
                facts.probe = .done
            } catch let failure as DockerProbe.Failure {
                facts.probe = .failed(failure.description)
            }
        }
        let report = Report(docker: facts, checks: checks)
        return report.adding(findings.filter { finding in checks.contains { $0.id == finding.id } })
    }

    private func rendered(_ report: Report) throws -> String {
        switch output {
        case .text, .markdown: report.text(showsAll: all || !check.isEmpty)
        case .json: try report.json()
        case .junit: report.junit(isStrict: strict)
        }
    }
}

/// The exit statuses of `kinkajou doctor`.
enum DoctorStatus {
    /// Nothing is an error.
    static let healthy: Int32 = 0
    /// Something is.
    static let found: Int32 = 1
    /// Bad options.
    static let usage: Int32 = 2
}

/// The formats of a report.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, junit, markdown

    static var allValueStrings: [String] { ["text", "json", "junit"] }
}
