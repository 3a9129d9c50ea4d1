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
