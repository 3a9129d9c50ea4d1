internal import Values

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
