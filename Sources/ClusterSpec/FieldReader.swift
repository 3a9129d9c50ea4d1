import Yams

/// Reads typed values out of a YAML tree, and keeps every problem that it meets instead of ending at the first.
///
/// Scalars are typed as kind's own decoder (yaml.v3) types them for a field of a known type: a string field takes the
/// text of any scalar as it stands, so that `12:30:45`, `on`, `0644` and `2024-01-01` stay what was written.
struct FieldReader {
    /// The most nodes that are visited, aliases replaced by what they stand for.
    static let maximumNodes = 20_000
    /// The most bytes that all strings together may have, aliases replaced by what they stand for.
    static let maximumText = 4 << 20

    let file: String?
    private(set) var problems: [ConfigProblem] = []
    private(set) var places: FieldPlaces = [:]
    private var visited = 0
    private var text = 0

    /// Whether it went over a bound, so that the rest of the file was not read.
    var isExhausted: Bool { visited > Self.maximumNodes || text > Self.maximumText }

    init(file: String?) {
        self.file = file
    }

    /// Notes a problem at a node.
    mutating func report(_ path: String, _ mark: Mark?, _ summary: String, _ cure: String) {
        problems.append(
            ConfigProblem(
                file: file, line: mark?.line, column: mark?.column, field: path, summary: summary, cure: cure)
        )
    }

    /// The value of a node as a mapping whose keys are all known; `nil` with a problem noted if it is none.
    mutating func fields(_ node: Yams.Node, _ path: String, known: [String]) -> [String: Yams.Node]? {
        guard let entries = entries(node, path) else { return nil }
        var found: [String: Yams.Node] = [:]
        for (key, mark, value) in entries {
            let fieldPath = path.isEmpty ? key : "\(path).\(key)"
            guard known.contains(key) else {
                let cure =
                    nearestName(to: key, among: known).map { "did you mean \"\($0)\"?" }
                    ?? "known here: \(known.joined(separator: ", "))"
                report(fieldPath, mark, "unknown field", cure)
                continue
            }
            note(fieldPath, value.isNull ? mark : value.mark ?? mark, value)
            // `name:` with nothing behind it leaves the field unset, as in kind.
            if !value.isNull { found[key] = value }
        }
        return found
    }

    /// The entries of a mapping with any keys, in order; merge keys (`<<`) are resolved.
    mutating func entries(_ node: Yams.Node, _ path: String) -> [(
        key: String, mark: Mark?, value: Yams.Node
    )]? {
        guard enter(path, node.mark) else { return nil }
        guard case .mapping(let mapping) = node else {
            report(
                path, node.mark, "a mapping is needed here, and this is \(node.shape)",
                "write \"field: value\" lines")
            return nil
        }
        var own: [(key: String, mark: Mark?, value: Yams.Node)] = []
        var merged: [(key: String, mark: Mark?, value: Yams.Node)] = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                report(
                    path, key.mark, "a key has to be a string, and this is \(key.shape)", "write a plain name"
                )
                continue
            }
            guard scalar.string == "<<", scalar.style == .plain else {
                own.append((scalar.string, key.mark ?? node.mark, value))
                continue
            }
            let sources: [Yams.Node]
            if case .sequence(let list) = value { sources = Array(list) } else { sources = [value] }
            for source in sources { merged += entries(source, path) ?? [] }
        }
        var names = Set(own.map(\.key))
        for entry in merged where names.insert(entry.key).inserted { own.append(entry) }
        return own
    }

    /// The items of a list; none if the field is not set. An item that is wrong still takes its place, so that the
    /// paths of those behind it stay right.
    mutating func list(_ node: Yams.Node?, _ path: String) -> [(path: String, node: Yams.Node)] {
        guard let node, enter(path, node.mark) else { return [] }
        guard case .sequence(let items) = node else {
            report(
                path, node.mark, "a list is needed here, and this is \(node.shape)",
                "begin each item with \"- \"")
            return []
        }
        var found: [(path: String, node: Yams.Node)] = []
        for (index, item) in items.enumerated() {
            let itemPath = "\(path)[\(index)]"
            note(itemPath, item.mark ?? node.mark, item)
            if item.isNull {
                report(itemPath, item.mark ?? node.mark, "the item is empty", "fill it in, or remove it")
            }
            found.append((itemPath, item))
        }
        return found
    }

    /// A string: the text of any scalar.
    mutating func string(_ node: Yams.Node?, _ path: String) -> String? {
        guard let node, enter(path, node.mark) else { return nil }
        guard case .scalar(let scalar) = node else {
            report(
                path, node.mark, "a string is needed here, and this is \(node.shape)",
                "write one value, in quotes if need be")
            return nil
        }
        let before = text
        text += scalar.string.utf8.count
        if text > Self.maximumText {
            if before <= Self.maximumText {
                report(
                    path, node.mark, "the values of the file have more than \(Self.maximumText) bytes",
                    "make it smaller")
            }
            return nil
        }
        return scalar.string
    }

    /// A list of strings.
    mutating func strings(_ node: Yams.Node?, _ path: String) -> [String] {
        var found: [String] = []
        for item in list(node, path) {
            found.append(string(item.node, item.path) ?? "")
        }
        return found
    }

    /// A mapping from any names to strings.
    mutating func stringMap(_ node: Yams.Node?, _ path: String) -> [String: String] {
        guard let node, let entries = entries(node, path) else { return [:] }
        var found: [String: String] = [:]
        for (key, mark, value) in entries {
            let entryPath = "\(path)[\(key)]"
            note(entryPath, value.mark ?? mark, value)
            if value.isNull {
                found[key] = ""
            } else if let text = string(value, entryPath) {
                found[key] = text
            }
        }
        return found
    }

    /// A mapping from any names to truth values.
    mutating func boolMap(_ node: Yams.Node?, _ path: String) -> [String: Bool] {
        guard let node, let entries = entries(node, path) else { return [:] }
        var found: [String: Bool] = [:]
        for (key, mark, value) in entries {
            let entryPath = "\(path)[\(key)]"
            note(entryPath, value.mark ?? mark, value)
            if value.isNull {
                report(entryPath, mark, "the value is missing", "write true or false")
            } else if let flag = bool(value, entryPath) {
                found[key] = flag
            }
        }
        return found
    }

    /// A truth value. As in kind, YAML 1.1's `yes`, `no`, `on`, `off`, `y` and `n` are taken too.
    mutating func bool(_ node: Yams.Node?, _ path: String) -> Bool? {
        guard let node, enter(path, node.mark) else { return nil }
        if case .scalar(let scalar) = node, scalar.style == .plain {
            switch scalar.string {
            case "true", "True", "TRUE", "y", "Y", "yes", "on": return true
            case "false", "False", "FALSE", "n", "N", "no", "off": return false
            default: break
            }
        }
        report(
            path, node.mark, "true or false is needed here, and this is \(node.shape)",
            "write true or false, without quotes")
        return nil
    }

    /// A whole number, in decimal notation.
    mutating func integer(_ node: Yams.Node?, _ path: String) -> Int? {
        guard let node, enter(path, node.mark) else { return nil }
        if case .scalar(let scalar) = node, scalar.style == .plain {
            let digits = scalar.string.utf8.drop { $0 == UInt8(ascii: "-") }
            let isDecimal = !digits.isEmpty && digits.allSatisfy { (48...57).contains($0) }
            // 0644 is octal for YAML 1.1, and decimal for people.
            if isDecimal, digits.count == 1 || digits.first != UInt8(ascii: "0"),
                let number = Int(scalar.string)
            {
                return number
            }
        }
        report(
            path, node.mark, "a whole number is needed here, and this is \(node.shape)",
            "write it in decimal digits, without quotes")
        return nil
    }

    /// One of the names of a type.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ type: Choice.Type, _ node: Yams.Node?, _ path: String, ignoringCase: Bool = false
    ) -> Choice? where Choice.RawValue == String {
        guard let node, let text = string(node, path), !text.isEmpty else { return nil }
        if let choice = Choice(rawValue: ignoringCase ? text.uppercased() : text) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        let cure =
            nearestName(to: text, among: known).map { "did you mean \"\($0)\"?" }
            ?? "one of: \(known.joined(separator: ", "))"
        report(path, node.mark, "\(quoted(text)) is not known here", cure)
        return nil
    }

    private mutating func note(_ path: String, _ mark: Mark?, _ node: Yams.Node) {
        places[path] = mark.map { FieldPlace($0, text: node) }
    }

    /// Counts a node; false, with a problem noted once, if there have been too many.
    private mutating func enter(_ path: String, _ mark: Mark?) -> Bool {
        visited += 1
        if visited == Self.maximumNodes + 1 {
            report(path, mark, "the file has more than \(Self.maximumNodes) values", "make it smaller")
        }
        return visited <= Self.maximumNodes
    }
}

extension Yams.Node {
    /// Whether it is a plain null, or nothing at all.
    var isNull: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// What it is, for a message.
    fileprivate var shape: String {
        switch self {
        case .scalar(let scalar):
            isNull
                ? "empty"
                : scalar.style == .plain ? quoted(scalar.string) : "the string \(quoted(scalar.string))"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}

/// A text in quotes, for a message.
func quoted(_ text: String) -> String { "\"\(oneLine(text, atMost: 60))\"" }

/// A text on one line, with no control characters, and not too long.
func oneLine(_ text: String, atMost length: Int) -> String {
    let shown = text.prefix(length).unicodeScalars.map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: "\\u{\(String(scalar.value, radix: 16))}"
        default: String(scalar)
        }
    }.joined()
    return text.count > length ? "\(shown)..." : shown
}
