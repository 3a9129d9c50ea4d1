/// Tells JSON (RFC 8259) from what is not, which a YAML parser cannot.
struct JSONSyntax {
    /// How deep arrays and objects may nest.
    private static let maximumDepth = 200
    private var rest: Substring.UTF8View

    /// Whether a text is one JSON value.
    static func isValid(_ text: String) -> Bool {
        var scanner = JSONSyntax(rest: text[...].utf8)
        guard scanner.value(depth: 0) else { return false }
        scanner.blanks()
        return scanner.rest.isEmpty
    }

    private mutating func blanks() {
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func value(depth: Int) -> Bool {
        guard depth <= Self.maximumDepth else { return false }
        blanks()
        switch rest.first {
        case UInt8(ascii: "{"):
            return members(closing: "}") { scanner in
                scanner.blanks()
                guard scanner.string() else { return false }
                scanner.blanks()
                return scanner.take(":") && scanner.value(depth: depth + 1)
            }
        case UInt8(ascii: "["):
            return members(closing: "]") { $0.value(depth: depth + 1) }
        case UInt8(ascii: "\""):
            return string()
        default:
            for word in ["true", "false", "null"] where rest.starts(with: word.utf8) {
                rest = rest.dropFirst(word.utf8.count)
                return true
            }
            return number()
        }
    }

    private mutating func members(closing: Unicode.Scalar, _ member: (inout JSONSyntax) -> Bool) -> Bool {
        rest = rest.dropFirst()
        blanks()
        if take(closing) { return true }
        repeat {
            guard member(&self) else { return false }
            blanks()
        } while take(",")
        return take(closing)
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while let byte = rest.first {
            rest = rest.dropFirst()
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"):
                guard let escaped = rest.first else { return false }
                rest = rest.dropFirst()
                if escaped == UInt8(ascii: "u") {
                    let digits = rest.prefix(4)
                    guard digits.count == 4, digits.allSatisfy(\.isHexDigit) else { return false }
                    rest = rest.dropFirst(4)
                } else if !"\"\\/bfnrt".utf8.contains(escaped) {
                    return false
                }
            case 0..<0x20: return false
            default: break
            }
        }
        return false
    }

    private mutating func number() -> Bool {
        _ = take("-")
        if !take("0") {
            guard digits() else { return false }
        }
        if take("."), !digits() { return false }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            return digits()
        }
        return true
    }

    private mutating func digits() -> Bool {
        let length = rest.prefix { (48...57).contains($0) }.count
        rest = rest.dropFirst(length)
        return length > 0
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        (48...57).contains(self) || (97...102).contains(self) || (65...70).contains(self)
    }
}
