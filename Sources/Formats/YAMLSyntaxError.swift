internal import Yams

/// Why a text is not YAML, or not such that it can stand for JSON.
public struct YAMLSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong. Nothing of the text is in it, which may be secret.
    public let reason: String
    /// Where, counted from 1; nil when that is not known.
    public let line: Int?

    init(reason: String, line: Int?) {
        self.reason = reason
        self.line = line
    }

    init(_ error: YamlError) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            self.init(reason: (context.map { "\($0.text): " } ?? "") + problem, line: mark.line)
        case .reader(let problem, _, _, _): self.init(reason: problem, line: nil)
        case .duplicatedKeysInMapping(_, let context):
            self.init(reason: "a member is there more than once", line: context.mark.line)
        default: self.init(reason: "it cannot be read", line: nil)
        }
    }

    /// What is wrong, and where.
    public var description: String {
        "this is not YAML that can be used: \(reason)" + (line.map { " (line \($0))" } ?? "")
    }
}
