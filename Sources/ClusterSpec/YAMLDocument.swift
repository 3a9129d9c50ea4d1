import Yams

/// A YAML file as a tree of nodes with their places, read with bounds on everything that a hostile file can blow up.
struct YAMLDocument {
    /// The largest file that is read, in bytes. Real ones have a few hundred.
    static let maximumSize = 1 << 20
    /// The most nodes that a file may have once its aliases are replaced by what they stand for.
    static let maximumExpansion = 1 << 22

    /// The root.
    let root: Yams.Node

    /// Reads one YAML document; every error is one `ConfigProblem`.
    init(_ bytes: [UInt8], file: String?) throws(ClusterConfigError) {
        func problem(
            _ summary: String, _ cure: String, line: Int? = nil, column: Int? = nil
        ) -> ClusterConfigError {
            ClusterConfigError([
                ConfigProblem(file: file, line: line, column: column, summary: summary, cure: cure)
            ])
        }
        guard bytes.count <= Self.maximumSize else {
            throw problem(
                "the file has \(bytes.count) bytes, and at most \(Self.maximumSize) are read",
                "give the cluster's configuration alone")
        }
        var bytes = bytes[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let line = 1 + bytes.prefix(Self.validPrefix(of: bytes)).count { $0 == UInt8(ascii: "\n") }
            throw problem("this is not text in UTF-8", "save the file as UTF-8", line: line)
        }
        guard Self.expansion(of: text) <= Double(Self.maximumExpansion) else {
            throw problem(
                "its aliases stand for more than \(Self.maximumExpansion) nodes",
                "write out what they stand for, or use fewer of them")
        }
        do {
            // Our own rules say what a plain scalar is; the library's regular expressions are never asked.
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            guard let root = try parser.nextRoot() else {
                throw problem("the file is empty", "begin it with \(Self.header)")
            }
            if let second = try parser.nextRoot() {
                throw problem(
                    "a second document begins here, and kind reads the first one alone",
                    "keep one cluster in a file", line: second.mark?.line, column: second.mark?.column)
            }
            self.root = root
        } catch let error as ClusterConfigError {
            throw error
        } catch let error as YamlError {
            throw Self.explain(error, text: text, problem: problem)
        } catch {
            throw problem("it cannot be read: \(error)", "correct the YAML")
        }
    }

    /// The two lines that a configuration begins with, in a form for messages.
    static let header = "\"kind: Cluster\" and \"apiVersion: \(Cluster.apiVersion)\""

    private static func explain(
        _ error: YamlError, text: String,
        problem: (_ summary: String, _ cure: String, _ line: Int?, _ column: Int?) -> ClusterConfigError
    ) -> ClusterConfigError {
        let cure = "correct the YAML"
        switch error {
        case .scanner(let context, let what, let mark, _), .parser(let context, let what, let mark, _):
            let whole = context.map { "\($0.text): \(what)" } ?? what
            let tab =
                what.contains("cannot start any token") && text.hasTab(line: mark.line, column: mark.column)
            return problem(
                "this is not YAML: \(whole)", tab ? "indent with blanks, not with tabs" : cure, mark.line,
                mark.column)
        case .composer(_, let what, let mark, _):
            return problem("this is not YAML: \(what)", cure, mark.line, mark.column)
        case .reader(let what, let offset, _, _):
            let line = offset.map { 1 + text.utf8.prefix($0).count { $0 == UInt8(ascii: "\n") } }
            return problem("this is not YAML: \(what)", "remove the character", line, nil)
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "\"\($0)\"" }.joined(separator: ", ")
            return problem(
                "\(names) \(keys.count == 1 ? "is" : "are") there more than once, first here",
                "keep one", context.mark.line, context.mark.column)
        default:
            return problem("this is not YAML: \(error)", cure, nil, nil)
        }
    }

    /// The length of the part that is UTF-8.
    private static func validPrefix(of bytes: ArraySlice<UInt8>) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var length = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            length += UTF8.width(scalar)
        }
        return length
    }

    /// A bound, from above, on how often one node can occur once aliases are replaced: an anchor that is used n times
    /// multiplies what holds it by at most n + 1.
    ///
    /// It is worked out before the parser runs, because the parser hashes the keys of mappings, and a key may be an
    /// alias. What looks like an anchor or an alias inside a string counts too, if both are there.
    static func expansion(of text: String) -> Double {
        guard text.utf8.contains(UInt8(ascii: "&")), text.utf8.contains(UInt8(ascii: "*")) else { return 1 }
        var anchors: Set<Substring> = []
        var uses: [Substring: Int] = [:]
        var bytes = text.utf8[...]
        var before = UInt8(ascii: "\n")
        while let byte = bytes.first {
            let begins = " \t\n\r,[]{}:?-".utf8.contains(before)
            if begins, byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*") {
                let rest = bytes.dropFirst()
                let end = rest.firstIndex { " \t\n\r,[]{}".utf8.contains($0) } ?? rest.endIndex
                let name = text[rest.startIndex..<end]
                if !name.isEmpty {
                    if byte == UInt8(ascii: "&") { anchors.insert(name) } else { uses[name, default: 0] += 1 }
                }
                bytes = text.utf8[end...]
                before = UInt8(ascii: "x")
                continue
            }
            before = byte
            bytes = bytes.dropFirst()
        }
        return anchors.reduce(1) { $0 * Double(1 + uses[$1, default: 0]) }
    }
}

extension String {
    /// Whether there is a tab at the place, both counted from 1, or in the blanks before it.
    fileprivate func hasTab(line: Int, column: Int) -> Bool {
        let lines = unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(line - 1) else { return false }
        return lines[line - 1].prefix(column).contains("\t")
    }
}
