internal import ArgumentParser
internal import ClusterSpec
internal import Console
internal import DockerEngine
internal import EnginePlan
internal import FoundationEssentials
internal import Glibc
internal import ImageArchives
internal import Linux
internal import PodAgent
internal import Values

/// `kinkajou inside`: what the command line tool runs in a cluster's Pod. docs/inside.md has the formats.
struct InsideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inside",
        abstract: "What kinkajou runs in a cluster's Pod. For programs, not for people.",
        shouldDisplay: false,
        subcommands: [
            InsideNodesCommand.self, InsideImagesCommand.self, InsideImportCommand.self,
            InsideLogsCommand.self, InsideKubeconfigCommand.self, InsideExecCommand.self,
            InsidePipeCommand.self, InsideGuardCommand.self, InsideEventsCommand.self,
        ]
    )
}

/// The options that all of these commands have.
struct InsideOptions: ParsableArguments {
    @Option(help: "The cluster's name.")
    var name = "kind"

    @OptionGroup var logging: LoggingOptions
}

/// Runs the body of such a command: with a client of the engine, ended by signals, and with errors on stderr.
enum Inside {
    static func run(
        _ options: InsideOptions,
        _ body: @escaping @Sendable (Nodes) async throws -> Int32
    ) async -> Int32 {
        let signals = SignalStream.start()
        let client = DockerEngineClient(socketPath: socketPath)
        let work = Task { try await body(Nodes(of: options.name, runtime: try runtime(client))) }
        let watch = Task {
            // A terminal that changes its size, and suchlike, is no reason to end.
            for await number in signals where [SIGTERM, SIGINT, SIGHUP, SIGQUIT].contains(number) {
                work.cancel()
                return Int32?.some(number)
            }
            return nil
        }
        let status: Int32
        do {
            status = try await work.value
            watch.cancel()
        } catch is CancellationError {
            let number = work.isCancelled ? await watch.value : nil
            status = number.map { 128 + $0 } ?? 128 + SIGTERM
            StandardError.write("error: stopped by signal \(status - 128); nothing is left of it\n")
        } catch {
            let error = KinkajouError(describing: error, code: .stepFailed)
            StandardError.report(error)
            status = error.code.exitStatus
        }
        await client.shutdown()
        return status
    }

    /// The own node where this container is one, else the engine's containers.
    private static func runtime(_ client: DockerEngineClient) throws -> NodeRuntime {
        guard Files.exists(OwnNode.file) else { return .docker(client) }
        do {
            return .own(try OwnNode(json: try Files.bytes(OwnNode.file)))
        } catch {
            throw KinkajouError(
                "\(OwnNode.file) cannot be read: \(error)", cure: "run this in the container of the cluster",
                code: .stepFailed)
        }
    }

    /// Writes a value as JSON, in a line.
    static func write(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        StandardOutput.write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
    }

    /// The engine's socket, where docker's client looks for it too.
    private static var socketPath: String {
        let prefix = "unix://"
        guard let host = Environment.value("DOCKER_HOST"), host.hasPrefix(prefix) else {
            return DockerEngineClient.defaultSocketPath
        }
        return String(host.dropFirst(prefix.count))
    }
}

/// The nodes that are wanted.
struct InsideNodeOptions: ParsableArguments {
    @Option(help: "The nodes, separated by commas (default: all nodes of Kubernetes).")
    var nodes: String?

    var names: [String]? {
        nodes.map { $0.split(separator: ",").map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty } }
    }
}
