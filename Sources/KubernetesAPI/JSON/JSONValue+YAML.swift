public import Values
internal import Yams

extension JSONValue {
    /// Reads YAML of one document; an empty one is ``null``.
    ///
    /// - Throws: ``YAMLSyntaxError``, also when there is more than one document.
    public init(yaml: String) throws {
        let documents = try Self.documents(yaml: yaml)
        guard documents.count <= 1 else {
            throw YAMLSyntaxError(
                reason: "there are \(documents.count) documents, and one is wanted", line: nil)
        }
        self = documents.first ?? .null
    }

    /// Reads all documents of a YAML file, without those that are empty.
    ///
    /// Scalars have the types that kubectl gives them, whose reader is go-yaml v2: `yes` and `on` are true, `0644`
    /// is a number in octal, dates are strings. <https://pkg.go.dev/sigs.k8s.io/yaml>
    ///
    /// - Throws: ``YAMLSyntaxError``.
    public static func documents(yaml: String) throws -> [JSONValue] {
        var reader = YAMLTreeReader()
        do {
            // Our own rules say what a plain scalar is; the library's regular expressions are never asked.
            let parser = try Parser(yaml: yaml, resolver: .basic, encoding: .utf8)
            var documents: [JSONValue] = []
            while let root = try parser.nextRoot() {
                let document = try reader.value(root)
                if !document.isNull { documents.append(document) }
            }
            return documents
        } catch let error as YamlError {
            throw YAMLSyntaxError(error)
        }
    }

    /// The value as YAML in block style, with sorted members. Strings that YAML could take for something else are
    /// quoted.
    public func yaml() -> String {
        // All that can fail is memory; JSON is YAML too.
        (try? Yams.serialize(node: yamlNode, width: -1, allowUnicode: true, sortKeys: true))
            ?? String(decoding: encoded(pretty: true), as: UTF8.self)
    }

    private var yamlNode: Yams.Node {
        switch self {
        case .null: Self.scalar("null", .plain)
        case .bool(let value): Self.scalar(value ? "true" : "false", .plain)
        case .integer(let value): Self.scalar(String(value), .plain)
        case .number: Self.scalar(String(decoding: encoded(), as: UTF8.self), .plain)
        case .string(let value): Self.stringNode(value)
        case .array(let elements):
            Node(elements.map(\.yamlNode), Tag(.seq), elements.isEmpty ? .flow : .block)
        case .object(let members):
            Node(
                members.map { (Self.keyNode($0.key), $0.value.yamlNode) }, Tag(.map),
                members.isEmpty ? .flow : .block)
        }
    }

    private static func scalar(_ text: String, _ style: Yams.Node.Scalar.Style) -> Yams.Node {
        Node(text, Tag(.str), style)
    }

    /// A member's name: on one line, and never what stands for a merge.
    private static func keyNode(_ text: String) -> Yams.Node {
        text.contains("\n") || text == "<<" ? scalar(text, .doubleQuoted) : stringNode(text)
    }

    private static func stringNode(_ text: String) -> Yams.Node {
        if text.contains("\n"), text.first?.isWhitespace == false { return scalar(text, .literal) }
        return scalar(text, PlainScalar.isSafelyPlain(text) ? .any : .doubleQuoted)
    }
}

/// Makes a tree of what Yams composed, with a bound on what aliases can blow up.
private struct YAMLTreeReader {
    /// More nodes than any file has that is written by people or programs.
    private var remaining = 1 << 20

    mutating func value(_ node: Yams.Node, depth: Int = 0) throws(YAMLSyntaxError) -> JSONValue {
        remaining -= 1
        guard remaining > 0, depth < JSONValue.deepestNesting else {
            throw YAMLSyntaxError(
                reason: "it is nested too deep, or its aliases stand for too much", line: node.mark?.line)
        }
        switch node {
        case .scalar(let scalar):
            return scalar.style == .plain
                ? PlainScalar.value(of: scalar.string, tag: scalar.tag.description)
                : .string(scalar.string)
        case .sequence(let sequence):
            var elements: [JSONValue] = []
            elements.reserveCapacity(sequence.count)
            for element in sequence { elements.append(try value(element, depth: depth + 1)) }
            return .array(elements)
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            var merged: [String: JSONValue] = [:]
            for (key, member) in mapping {
                guard case .scalar(let name) = key else {
                    throw YAMLSyntaxError(reason: "a member's name is not a string", line: key.mark?.line)
                }
                let value = try value(member, depth: depth + 1)
                if name.string == "<<", name.style == .plain {
                    // Of several, the first has priority. <https://yaml.org/type/merge.html>
                    let sources = if case .array(let list) = value { list } else { [value] }
                    for source in sources { merged.merge(source.object) { first, _ in first } }
                } else {
                    members[name.string] = value
                }
            }
            return .object(members.merging(merged) { own, _ in own })
        case .alias(let alias):
            throw YAMLSyntaxError(reason: "there is no anchor for this alias", line: alias.mark?.line)
        }
    }
}

/// What a scalar without quotes stands for.
enum PlainScalar {
    private static let truths: Set<String> = [
        "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON",
    ]
    private static let falsehoods: Set<String> = [
        "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF",
    ]
    private static let nothings: Set<String> = ["", "~", "null", "Null", "NULL"]

    static func value(of text: String, tag: String) -> JSONValue {
        if tag == "tag:yaml.org,2002:str" { return .string(text) }
        if nothings.contains(text) { return .null }
        if truths.contains(text) { return .bool(true) }
        if falsehoods.contains(text) { return .bool(false) }
        guard let first = text.utf8.first, isNumeric(first) else { return .string(text) }
        if let value = integer(text) { return .integer(value) }
        if let value = fraction(text) { return .number(value) }
        return .string(text)
    }

    /// Whether no YAML reader takes it for anything but a string.
    static func isSafelyPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, !isNumeric(first), first != UInt8(ascii: "=") else { return false }
        return value(of: text, tag: "") == .string(text)
            // Read by YAML 1.1 as a number to base 60, or as "not a number".
            && !text.lowercased().hasPrefix(".")
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || "+-.".utf8.contains(byte)
    }

    /// Go's `strconv.ParseInt` with base 0, without underscores.
    private static func integer(_ text: String) -> Int64? {
        let plain = text.replacing("_", with: "")
        let isNegative = plain.hasPrefix("-")
        let digits = isNegative || plain.hasPrefix("+") ? plain.dropFirst() : plain[...]
        guard let first = digits.utf8.first, (0x30...0x39).contains(first) else { return nil }
        let signed: (Substring) -> String = { (isNegative ? "-" : "") + $0 }
        for (prefix, radix) in [("0x", 16), ("0X", 16), ("0b", 2), ("0B", 2), ("0o", 8), ("0O", 8)]
        where digits.hasPrefix(prefix) {
            let rest = digits.dropFirst(2)
            guard rest.first?.isHexDigit == true else { return nil }
            return Int64(signed(rest), radix: radix)
        }
        if digits.count > 1, digits.hasPrefix("0") { return Int64(signed(digits), radix: 8) }
        return Int64(signed(digits))
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
    private static func fraction(_ text: String) -> Double? {
        let allowed = text.utf8.allSatisfy { isNumeric($0) || $0 | 0x20 == UInt8(ascii: "e") }
        guard allowed, text.utf8.contains(where: { (0x30...0x39).contains($0) }) else { return nil }
        let value = text.hasSuffix(".") ? Double(text + "0") : Double(text)
        return value.flatMap { $0.isFinite ? $0 : nil }
    }
}

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

    fileprivate init(_ error: YamlError) {
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
