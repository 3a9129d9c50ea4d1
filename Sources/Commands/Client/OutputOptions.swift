internal import ArgumentParser
internal import ClusterClient
internal import Console

/// How much is said, as with kind.
struct OutputOptions: ParsableArguments, Sendable {
    @Flag(name: .shortAndLong, help: "No progress on stderr, only errors.")
    var quiet = false

    @OptionGroup var logging: LoggingOptions

    /// Progress on stderr.
    var progress: Progress { Progress(isQuiet: quiet) }

    /// A line on stderr unless quiet.
    func say(_ text: String) {
        if !quiet { StandardError.say(text) }
    }
}

/// Shows the making of a cluster in kind's way.
struct ShownCreation: CreationFollower {
    let progress: Progress

    func begin(_ phase: String) { progress.begin(phase) }
    func update(_ detail: String) { progress.update(detail) }
    func end(success: Bool) { success ? progress.done() : progress.fail() }
    func notice(_ text: String) { progress.notice(text) }
}
