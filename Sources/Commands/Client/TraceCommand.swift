public import ArgumentParser
internal import ClusterClient
public import Console
internal import Glibc
internal import KubernetesAPI
internal import Synchronization
internal import Values

extension TraceFormat: ExpressibleByArgument {}

/// `kinkajou trace`.
struct TraceCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace", abstract: "Show where the time went while a cluster started.",
        usage: "kinkajou trace [<options>]",
        discussion: """
            Each phase is a bar on one axis of time, as the cluster's Pod or container has told it. Of a start that \
            still goes on, what there is so far is shown. A creation that fails leaves no Pod to ask: \
            `create cluster --trace FILE` writes what was seen in that case, too.

            EXAMPLES
              kinkajou trace --name demo
              kinkajou trace --name demo -o html > start.html
              kinkajou create cluster --name demo --trace start.html
            """)

    @OptionGroup var cluster: ClusterSelection

    @Option(name: .shortAndLong, help: "text, json or html: one page with a picture in it.")
    var output = TraceFormat.text

    @Option(help: "How long to wait for a start that goes on to end.")
    var timeout = DurationArgument(.seconds(2))

    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var logging: LoggingOptions

    @OptionGroup var stray: StrayWords

    func execute() async throws -> Int32 {
        let name = cluster.chosen
        let events = try await provider.withProvider { chosen in
            try await Self.events(of: name, in: chosen, timeout: timeout.duration)
        }
        let trace = Trace(cluster: name, events: events, now: LogOutput.now())
        StandardOutput.write(output.text(trace, on: STDOUT_FILENO))
        return 0
    }

    /// What the agent tells until the start is over, or until the time is.
    private static func events(
        of name: String, in provider: any ClusterProvider, timeout: Duration
    ) async throws -> [ProgressEvent] {
        let heard = Mutex<(lines: EventLines, events: [ProgressEvent])>((EventLines(), []))
        let command = RemoteCommand(["kinkajou", "inside", "events"], timeout: timeout + connecting) {
            piece in
            try heard.withLock { $0.events += try $0.lines.take(piece) }
        }
        do {
            let result = try await provider.run(command, in: name)
            guard result.status == 0 else { throw ProgressEvent.mismatch("no events: \(result.reason)") }
        } catch let error as KinkajouError where error.code == .timedOut {
            // Nothing at all is no start that goes on.
            guard heard.withLock({ !$0.events.isEmpty }) else { throw error }
        }
        return heard.withLock { $0.events }
    }

    /// What making the connection may take beside the waiting.
    private static let connecting = Duration.seconds(8)
}
