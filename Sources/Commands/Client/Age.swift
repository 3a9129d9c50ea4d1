internal import FoundationEssentials

/// A span of time as kubectl shows ages: `42s`, `5m`, `3h`, `2d`.
struct Age: Sendable {
    /// The span; nil: not known.
    var seconds: Int64?

    /// A span.
    init(seconds: Int64?) {
        self.seconds = seconds
    }

    /// The span since a time in RFC 3339.
    init(since text: String, now: Date) {
        // Docker adds nanoseconds, Kubernetes none.
        let plain = text.split(separator: ".").first.map(String.init) ?? text
        let normal = plain.hasSuffix("Z") ? plain : plain + "Z"
        let date = try? Date(normal, strategy: .iso8601)
        seconds = date.map { max(0, Int64(now.timeIntervalSince($0))) }
    }

    /// The span in its largest unit, and in seconds up to two minutes.
    var text: String {
        guard let seconds else { return "-" }
        return switch seconds {
        case ..<120: "\(seconds)s"
        case ..<7200: "\(seconds / 60)m"
        case ..<172_800: "\(seconds / 3600)h"
        default: "\(seconds / 86400)d"
        }
    }
}
