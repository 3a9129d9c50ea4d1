/// Something that is wrong with a cluster's configuration: where, what, and what to do about it.
public struct ConfigProblem: Sendable, Hashable, CustomStringConvertible {
    /// The file, `-` for standard input, or the option it came from.
    public var file: String?
    /// The line, from 1.
    public var line: Int?
    /// The column, from 1.
    public var column: Int?
    /// The path of the field, such as `nodes[0].role`; empty for the file as a whole.
    public var field: String
    /// What is wrong.
    public var summary: String
    /// What to do about it.
    public var cure: String

    /// A problem from its parts.
    public init(
        file: String? = nil, line: Int? = nil, column: Int? = nil, field: String = "", summary: String,
        cure: String
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.field = field
        self.summary = summary
        self.cure = cure
    }

    /// `FILE:LINE:COLUMN: path.to.field: what is wrong; what to do`.
    public var description: String {
        var place = file.map { [$0] } ?? []
        if let line {
            place.append(String(line))
            if let column { place.append(String(column)) }
        }
        let parts = [place.joined(separator: ":"), oneLine(field, atMost: 200), "\(summary); \(cure)"]
        return parts.filter { !$0.isEmpty }.joined(separator: ": ")
    }
}

/// Everything that is wrong with a cluster's configuration, in the order of the file.
public struct ClusterConfigError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The problems, at least one.
    public var problems: [ConfigProblem]

    /// An error from its problems.
    public init(_ problems: [ConfigProblem]) {
        self.problems = problems
    }

    /// One problem per line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
