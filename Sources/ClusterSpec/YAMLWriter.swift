/// Writes block-style YAML, one field after the other.
struct YAMLWriter {
    private(set) var text = ""
    private var indentation = 0
    /// The next field is the first of an item of a list, and stands behind its dash.
    private var isItem = false

    /// A field, if it is set.
    mutating func field(_ name: String, _ value: String?) {
        guard let value else { return }
        begin(name)
        text += " " + scalar(value, indentation: indentation + 2) + "\n"
    }

    /// A number, if it is set.
    mutating func number(_ name: String, _ value: Int?) {
        guard let value else { return }
        begin(name)
        text += " \(value)\n"
    }

    /// A flag, if it is true.
    mutating func flag(_ name: String, _ value: Bool) {
        guard value else { return }
        begin(name)
        text += " true\n"
    }

    /// Fields below a field.
    mutating func nested(_ name: String, _ write: (inout YAMLWriter) -> Void) {
        begin(name)
        text += "\n"
        indentation += 2
        write(&self)
        indentation -= 2
    }

    /// A mapping from any names, sorted by them.
    mutating func map(_ name: String, _ values: [String: String], quotingValues: Bool = true) {
        guard !values.isEmpty else { return }
        nested(name) { writer in
            for (key, value) in values.sorted(by: { $0.key < $1.key }) {
                writer.begin(Self.isPlain(key) ? key : Self.quoted(key))
                writer.text += " " + (quotingValues ? Self.inline(value) : value) + "\n"
            }
        }
    }

    /// A list of strings.
    mutating func strings(_ name: String, _ values: [String], keepingEmpty: Bool = false) {
        guard !values.isEmpty else {
            if keepingEmpty {
                begin(name)
                text += " []\n"
            }
            return
        }
        begin(name)
        text += "\n"
        for value in values {
            text += margin(indentation) + "- " + scalar(value, indentation: indentation + 2) + "\n"
        }
    }

    /// A list of mappings, each with at least one field.
    mutating func list<Item>(_ name: String, _ items: [Item], _ write: (Item, inout YAMLWriter) -> Void) {
        guard !items.isEmpty else { return }
        begin(name)
        text += "\n"
        for item in items {
            isItem = true
            indentation += 2
            write(item, &self)
            indentation -= 2
            isItem = false
        }
    }

    private mutating func begin(_ name: String) {
        text += isItem ? margin(indentation - 2) + "- " : margin(indentation)
        isItem = false
        text += name + ":"
    }

    private func margin(_ width: Int) -> String { String(repeating: " ", count: width) }

    /// A string in the most readable form that keeps every character of it.
    private func scalar(_ value: String, indentation: Int) -> String {
        guard Self.fitsBlock(value) else { return Self.inline(value) }
        // `|-` takes the last line break away, `|` keeps one, `|+` keeps them all.
        let body = value.hasSuffix("\n") ? value.dropLast() : value[...]
        let mark = !value.hasSuffix("\n") ? "|-" : body.hasSuffix("\n") ? "|+" : "|"
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : margin(indentation) + $0 }
        return ([mark] + lines).joined(separator: "\n")
    }

    /// Whether a block scalar can hold it: it has more than one line, the first begins with no blank, none is of
    /// blanks alone, and there is nothing that YAML escapes or takes for a line break.
    private static func fitsBlock(_ value: String) -> Bool {
        guard value.contains("\n"), let first = value.unicodeScalars.first,
            !" \t\n".unicodeScalars.contains(first),
            value.unicodeScalars.allSatisfy({ $0 == "\n" || isPrintable($0) })
        else { return false }
        return value.split(separator: "\n").allSatisfy { !$0.isBlankLine }
    }

    private static func inline(_ value: String) -> String { isPlain(value) ? value : quoted(value) }

    /// Whether it needs no quotes: letters, digits and a few signs, beginning with a letter or a slash, and no word
    /// that some YAML takes for a truth value or for nothing.
    private static func isPlain(_ value: String) -> Bool {
        guard let first = value.utf8.first, first.isLetterOrDigit || first == UInt8(ascii: "/"),
            !(48...57).contains(first), value.utf8.last != UInt8(ascii: ":"),
            value.utf8.allSatisfy({ $0.isLetterOrDigit || "/._-:@".utf8.contains($0) })
        else { return false }
        return !["true", "false", "yes", "no", "on", "off", "y", "n", "null"].contains(value.lowercased())
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x20...0x7e, 0xa0...0x2027, 0x202a...0xd7ff, 0xe000...0xfefe, 0xff00...0xfffd: true
        case 0x10000...0x10ffff: true
        default: false
        }
    }

    private static func quoted(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case _ where isPrintable(scalar): text.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                let width = scalar.value <= 0xffff ? 4 : 8
                text +=
                    (width == 4 ? "\\u" : "\\U") + String(repeating: "0", count: width - digits.count)
                    + digits
            }
        }
        return text + "\""
    }
}

extension Substring {
    fileprivate var isBlankLine: Bool { unicodeScalars.allSatisfy { $0 == " " || $0 == "\t" } }
}
