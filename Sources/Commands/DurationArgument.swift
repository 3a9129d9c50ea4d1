internal import ArgumentParser
internal import ContainerInit

/// A duration on the command line, as Go writes them: `90s`, `1m30s`, `500ms`; a bare number is seconds.
struct DurationArgument: ExpressibleByArgument, Sendable {
    /// The duration.
    var duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        guard let duration = Duration(goText: argument) else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String { "\(duration.components.seconds)s" }
}
