/// Cuts a stream of bytes into events, wherever its pieces are cut.
public struct EventLines: Sendable {
    private var rest: [UInt8] = []

    /// A stream of which nothing has come.
    public init() {}

    /// Takes a piece, and returns the events that are whole now.
    ///
    /// - Throws: `KinkajouError` of the code `versionMismatch` where a line is no event of this version.
    public mutating func take(_ bytes: some Sequence<UInt8>) throws -> [ProgressEvent] {
        rest += bytes
        var events: [ProgressEvent] = []
        while let end = rest.firstIndex(of: 10) {
            let line = rest[..<end]
            rest.removeFirst(end + 1)
            if !line.isEmpty { events.append(try ProgressEvent(line: Array(line))) }
        }
        return events
    }
}
