internal import ArgumentParser
internal import ClusterSpec
internal import Console
internal import Doctor
internal import EngineHost
internal import EnginePlan
internal import HostFacts
internal import HostReader
internal import Linux
internal import NestedCluster
internal import PodAgent
internal import Values

/// `kinkajou cluster`.
struct ClusterCommand: AsyncCommand, LoggingCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Run a Kubernetes cluster in this container, and a command with it.",
        discussion: """
            Does what 'kinkajou dind' does, then makes a cluster with kind in that engine, waits until it is \
            really ready, and runs COMMAND with KUBECONFIG set. When COMMAND ends, or on SIGTERM or SIGINT, it \
            deletes the cluster, ends the engine and removes every trace, within --grace.

            Without COMMAND it serves until it is stopped: the API server at this container's address, port \
            30001. Every option of 'kinkajou dind' works here too.

            EXAMPLES
              docker run --rm --privileged -v node.tar:/images/node.tar kinkajou/pod \\
                  kinkajou cluster -- kubectl get nodes
              kinkajou cluster --config kind.yaml --wait-for node -- make e2e
              kinkajou cluster --dry-run            # the plan, and the configuration that kind would get

            ENVIRONMENT (an option wins over its variable; those of 'kinkajou dind' count too)
              API_SERVER_ADDRESS   as --api-server-address
              CERT_SANS            as --cert-san, separated by commas
              KIND_NODE_IMAGE      as --image
              KIND_CLUSTER_NAME    as --name
              KINKAJOU_ENGINE      as --engine

            EXIT STATUS
              As 'kinkajou dind', and 70 the cluster failed, 75 it was not ready in time.
            """
    )

    @Option(help: "The cluster's name (KIND_CLUSTER_NAME; default: the file's, or kind).")
    var name: String?

    @Option(
        help:
            "A spec of the cluster (\(ClusterSpec.apiVersion)), as a client hands it over; options win over it."
    )
    var spec: String?

    @OptionGroup(title: "Cluster options") var cluster: ClusterOptions
    @OptionGroup(title: "Container options") var container: ContainerOptions
    @OptionGroup(title: "Engine options") var options: DindSettingOptions
    @OptionGroup(title: "Log options") var logging: LoggingOptions

    @Flag(help: "Print the plan and kind's configuration, and change nothing. Works without privileges.")
    var dryRun = false

    @Option(help: "Where dockerd's log goes beside its file: stderr or none.")
    var dockerLog = DindCommand.DockerLog.none

    @Option(help: "Where /livez, /readyz, /startupz and /metrics are served: ADDRESS:PORT, or none.")
    var statusAddress = StatusAddress(host: "0.0.0.0", port: Defaults.statusPort)

    @Flag(name: .shortAndLong, help: "No progress on stderr; warnings and errors only.")
    var quiet = false

    @Argument(parsing: .captureForPassthrough, help: "The command to run, after --.")
    var command: [String] = []

    func validate() throws {
        try CommandWords.check(command, of: self)
        try options.check(command: CommandWords.afterTerminator(command))
    }

    func runToExitStatus() async throws -> Int32 {
        let asked: ClusterSpec
        do {
            asked = try merged(environment: Environment.all())
            try asked.check()
            try asked.checkEngine(isInside: true)
        } catch {
            let error = KinkajouError(describing: error)
            StandardError.report(error)
            // Whoever handed over a spec learns from the file what was wrong with it.
            if spec != nil { try? EventServer.keep(error) }
            return error.code.exitStatus
        }
        if dryRun, asked.madeBy == .node {
            let facts = await FactsReader().read(dataRoot: NodePlan.volume(asked.engine))
            let plan = NodePlan(facts: facts, settings: asked.engine, identity: "ID")
            StandardOutput.write(NodePlanReport(plan).text)
            return 0
        }
        if dryRun {
            let facts = await FactsReader().read(dataRoot: asked.engine.dataRoot.value)
            return try printPlan(facts, asked: asked)
        }
        let events = EventLog()
        let teller: EventServer
        do {
            teller = try await EventServer.start(log: events)
        } catch {
            let error = KinkajouError(
                "the events cannot be told at \(EventServer.socket)",
                cure: "make /run writable, and let no other cluster run in this container", code: .stepFailed,
                cause: error)
            StandardError.report(error)
            return error.code.exitStatus
        }
        let status = await serve(asked, events: events)
        if let error = events.error { try? EventServer.keep(error) }
        await teller.stop()
        return status
    }

    private func serve(_ asked: ClusterSpec, events: EventLog) async -> Int32 {
        let progress = Progress(isQuiet: quiet, events: events)
        let board = StatusBoard()
        let server: StatusServer?
        do {
            server = try await statusAddress.serve(board)
        } catch {
            let error = KinkajouError(describing: error)
            progress.end(error)
            return error.code.exitStatus
        }
        let status = await session(asked, progress: progress, board: board).run()
        await server?.stop()
        return status
    }

    private func session(_ asked: ClusterSpec, progress: Progress, board: StatusBoard) -> DindSession {
        let options = DindOptions(
            settings: asked.engine, command: CommandWords.native(command),
            readyTimeout: .seconds(asked.engineReadySeconds), grace: .seconds(asked.engine.graceSeconds),
            logPath: asked.engineLog, copiesLogToStderr: dockerLog == .stderr,
            tlsNames: options.tlsNames(), exitsZeroOnStop: options.exitZeroOnStop, purpose: .cluster,
            isQuiet: quiet)
        switch asked.madeBy {
        case .kind:
            return DindSession(
                options: options, workload: KindCluster(asked, status: board), progress: progress)
        case .node:
            let host = NodeHost(options: options, progress: progress) { facts in
                try NodeCluster.containerdChanges(of: asked, facts: facts)
            }
            return DindSession(
                options: options, host: host, workload: NodeCluster(asked, host: host, status: board),
                progress: progress)
        }
    }

    /// What was asked for, by whichever way.
    ///
    /// - Throws: `ClusterConfigError` or `KinkajouError`.
    func merged(environment: [String: String]) throws -> ClusterSpec {
        var merge = SpecMerge(try spec.map(Self.read), environment: environment)
        try cluster.merge(into: &merge, name: name)
        container.merge(into: &merge)
        if logging.verbosity > 0 { merge.take(\.summarizesTime, option: true) }
        merge.take(\.engine, option: try options.settings(merge.spec.engine, environment: environment))
        return merge.spec
    }

    /// How long the stop of this session may take. PID 1 asks before the session reads anything: what can be read once
    /// alone, such as kind's file on standard input, is left to that.
    func grace() throws -> Duration {
        if let grace = options.grace { return grace.duration }
        guard let spec, FileStatus(spec)?.kind == .regular else {
            return .seconds(DindSettings().graceSeconds)
        }
        return .seconds(try Self.read(spec).engine.graceSeconds)
    }

    private static func read(_ path: String) throws -> ClusterSpec {
        let text: String
        do {
            text = try Files.read(path)
        } catch {
            throw KinkajouError("\(error)", cure: "correct --spec, or make the file readable", code: .usage)
        }
        return try ClusterSpec(text: text, file: path)
    }

    private func printPlan(
        _ facts: HostFacts, asked: ClusterSpec
    ) throws -> Int32 {
        let report = PlanReport(facts: facts, plan: Plan(facts: facts, settings: asked.engine))
        StandardOutput.write(try report.rendered(as: .text))
        do {
            let image = asked.nodeImage ?? Defaults.nodeImage
            let plan = try asked.plan(facts: facts, image: image)
            var lines = ["Cluster"]
            for decision in plan.decisions {
                lines.append("  \(decision.field): \(decision.value)")
                lines.append("      \(decision.reason) [\(decision.source.rawValue)]")
            }
            lines.append("kind's configuration")
            lines += plan.cluster.yaml().split(separator: "\n").map { "  \($0)" }
            StandardOutput.write(lines.joined(separator: "\n") + "\n")
            return 0
        } catch let error as ClusterConfigError {
            StandardError.report(error.report)
            return ErrorCode.usage.exitStatus
        }
    }
}
