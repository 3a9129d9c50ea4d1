/// A JSON value, parsed by other means than the scanner under test: by recursion, into a tree that
/// keeps the order of members, duplicate keys and the text of numbers.
indirect enum JSONTree: Equatable {
    struct Member: Equatable {
        var key: String
        var value: JSONTree
    }

    case object([Member])
    case array([JSONTree])
    case string(String)
    /// A number or `true`, `false`, `null`, as it is written.
    case token(String)

    /// Parses a whole text; nil if it is not well-formed. Written for valid UTF-8 of modest depth.
    init?(_ text: [UInt8]) {
        var rest = Array(String(decoding: text, as: UTF8.self).unicodeScalars)[...]
        guard let tree = Self.value(&rest) else { return nil }
        Self.space(&rest)
        guard rest.isEmpty else { return nil }
        self = tree
    }

    private typealias Scalars = ArraySlice<Unicode.Scalar>

    private static func space(_ rest: inout Scalars) {
        while let scalar = rest.first, scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\n" {
            rest.removeFirst()
        }
    }

    private static func take(_ scalar: Unicode.Scalar, _ rest: inout Scalars) -> Bool {
        space(&rest)
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    private static func value(_ rest: inout Scalars) -> JSONTree? {
        if take("{", &rest) {
            var members: [Member] = []
            if take("}", &rest) { return .object(members) }
            repeat {
                guard let key = string(&rest), take(":", &rest), let value = value(&rest) else { return nil }
                members.append(Member(key: key, value: value))
            } while take(",", &rest)
            return take("}", &rest) ? .object(members) : nil
        }
        if take("[", &rest) {
            var elements: [JSONTree] = []
            if take("]", &rest) { return .array(elements) }
            repeat {
                guard let element = value(&rest) else { return nil }
                elements.append(element)
            } while take(",", &rest)
            return take("]", &rest) ? .array(elements) : nil
        }
        if rest.first == "\"" { return string(&rest).map(JSONTree.string) }
        let token = rest.prefix { "+-.0123456789aeflnrstuE".unicodeScalars.contains($0) }
        rest = rest.dropFirst(token.count)
        var text = String.UnicodeScalarView()
        text.append(contentsOf: token)
        let isNumber = token.first.map { "-0123456789".unicodeScalars.contains($0) } ?? false
        return isNumber || ["true", "false", "null"].contains(String(text)) ? .token(String(text)) : nil
    }

    private static func string(_ rest: inout Scalars) -> String? {
        guard take("\"", &rest) else { return nil }
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if scalar == "\"" { return String(text) }
            guard scalar == "\\" else {
                text.append(scalar)
                continue
            }
            switch rest.popFirst() {
            case "u":
                let digits = String(String.UnicodeScalarView(rest.prefix(4)))
                guard let code = UInt32(digits, radix: 16) else { return nil }
                rest = rest.dropFirst(4)
                text.append(Unicode.Scalar(code) ?? "\u{FFFD}")
            case "n": text.append("\n")
            case "t": text.append("\t")
            case let other?: text.append(other)
            case nil: return nil
            }
        }
        return nil
    }
}
