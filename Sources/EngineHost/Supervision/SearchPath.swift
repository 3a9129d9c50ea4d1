internal import Linux

/// The PATH of dockerd and the user's command.
enum SearchPath {
    static func with(prefix: String?, environment: [String: String]) -> String {
        let path = environment["PATH"] ?? Programs.defaultPath
        return prefix.map { $0 + ":" + path } ?? path
    }
}

extension Duration {
    /// In seconds, for messages.
    var inWords: String {
        let tenths = (components.seconds * 10 + components.attoseconds / 100_000_000_000_000_000)
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
