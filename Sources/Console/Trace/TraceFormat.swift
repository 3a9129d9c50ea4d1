internal import Glibc
internal import Values

/// The forms of a trace.
public enum TraceFormat: String, CaseIterable, Sendable {
    /// A waterfall of lines, for people.
    case text
    /// One object, for programs.
    case json
    /// One page that needs nothing beside it.
    case html

    /// The form that a file's name asks for: text, where it asks for none.
    public init(path: String) {
        if path.hasSuffix(".html") || path.hasSuffix(".htm") {
            self = .html
        } else {
            self = path.hasSuffix(".json") ? .json : .text
        }
    }

    /// A trace in this form.
    ///
    /// - Parameter descriptor: Where it is shown, whose width and colours count; nil: a file's.
    public func text(_ trace: Trace, on descriptor: Int32? = nil) -> String {
        switch self {
        case .text:
            trace.text(
                width: descriptor.flatMap { isatty($0) == 1 ? Terminal.size?.columns : nil } ?? 80,
                hasColour: descriptor.map(Terminal.hasColour) ?? false)
        case .json: String(decoding: trace.json.encoded(pretty: true), as: UTF8.self) + "\n"
        case .html: trace.html
        }
    }
}
