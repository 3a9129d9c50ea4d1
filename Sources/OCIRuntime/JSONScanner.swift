/// What is wrong with a JSON text, and where.
struct JSONSyntaxError: Error, Equatable {
    /// The offset of the offending byte; the length of the text where it ends too early.
    let offset: Int
}

/// A strict pull scanner over one JSON text (RFC 8259).
///
/// It builds no tree: it tells its caller where keys and values lie, so that an edit can replace some
/// bytes and leave every other byte as it is. What it accepts, Go's `encoding/json` accepts too, with
/// the same reading: bytes that are no UTF-8 and lone surrogates may stand in strings, everything
/// else is as strict as the RFC, and nesting is bounded. Like Go's decoder it reads one value and
/// does not look at what follows it.
struct JSONScanner {
    /// The deepest nesting of arrays and objects, the same as in Go's `encoding/json`.
    static let deepest = 10_000

    let text: [UInt8]
    private(set) var position = 0
    private var depth = 0

    init(_ text: [UInt8]) {
        self.text = text
    }

    // MARK: Values

    /// The kind of the value that comes next, told by its first byte.
    enum Kind: Equatable {
        case object, array, string, number, literal
    }

    /// Skips white space and says what comes next.
    mutating func nextKind() throws(JSONSyntaxError) -> Kind {
        skipWhiteSpace()
        guard let byte = peek() else { throw failure }
        switch byte {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return .literal
        default: throw failure
        }
    }

    /// Reads a value of any kind and returns where it lies.
    @discardableResult
    mutating func skipValue() throws(JSONSyntaxError) -> Range<Int> {
        // A loop with a stack of its own: hostile nesting must not exhaust the machine's stack.
        skipWhiteSpace()
        let start = position
        var containers: [Kind] = []
        while true {
            let kind = try nextKind()
            switch kind {
            case .string: try skipString()
            case .number: try skipNumber()
            case .literal: try skipLiteral()
            case .object, .array:
                try enter()
                skipWhiteSpace()
                if peek() != closing(kind) {
                    containers.append(kind)
                    if kind == .object { try skipKey() }
                    continue
                }
                leave()
            }
            // A value has ended, and with it perhaps the containers around it.
            while let container = containers.last {
                skipWhiteSpace()
                if peek() == UInt8(ascii: ",") {
                    position += 1
                    if container == .object {
                        skipWhiteSpace()
                        try skipKey()
                    }
                    break
                }
                guard peek() == closing(container) else { throw failure }
                leave()
                containers.removeLast()
            }
            if containers.isEmpty { return start..<position }
        }
    }

    /// Walks an object; `member` gets the range of each key, quotes included, and must read the value.
    mutating func readObject(
        member: (inout JSONScanner, Range<Int>) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        guard try nextKind() == .object else { throw failure }
        try enter()
        skipWhiteSpace()
        if peek() != UInt8(ascii: "}") {
            while true {
                skipWhiteSpace()
                let key = try skipKey()
                try member(&self, key)
                skipWhiteSpace()
                guard peek() == UInt8(ascii: ",") else { break }
                position += 1
            }
        }
        guard peek() == UInt8(ascii: "}") else { throw failure }
        leave()
    }

    /// Walks an array; `element` must read one value.
    mutating func readArray(
        element: (inout JSONScanner) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        guard try nextKind() == .array else { throw failure }
        try enter()
        skipWhiteSpace()
        if peek() != UInt8(ascii: "]") {
            while true {
                try element(&self)
                skipWhiteSpace()
                guard peek() == UInt8(ascii: ",") else { break }
                position += 1
            }
        }
        guard peek() == UInt8(ascii: "]") else { throw failure }
        leave()
    }

    // MARK: Strings

    /// The name that a string, quotes included, stands for in Go's eyes, in lower case.
    ///
    /// `encoding/json` finds the field for a key by Unicode case folding, under which only two
    /// characters outside ASCII fold into it: U+017F (long s) and U+212A (the Kelvin sign). Escapes
    /// are decoded; what is no ASCII then only needs to equal no name of ours, so it becomes NUL.
    func foldedName(_ string: Range<Int>) -> [UInt8] {
        var name: [UInt8] = []
        name.reserveCapacity(string.count)
        var index = string.lowerBound + 1
        let end = string.upperBound - 1
        while index < end {
            var scalar = UInt32(text[index])
            var length = 1
            if scalar == UInt8(ascii: "\\") {
                (scalar, length) = unescape(at: index, before: end)
            } else if scalar == 0xC5, index + 1 < end, text[index + 1] == 0xBF {
                (scalar, length) = (0x17F, 2)
            } else if scalar == 0xE2, index + 2 < end, text[index + 1] == 0x84, text[index + 2] == 0xAA {
                (scalar, length) = (0x212A, 3)
            }
            index += length
            switch scalar {
            case 0x17F: name.append(UInt8(ascii: "s"))
            case 0x212A: name.append(UInt8(ascii: "k"))
            case 0x41...0x5A: name.append(UInt8(scalar) + 0x20)
            case 0..<0x80: name.append(UInt8(scalar))
            default: name.append(0)
            }
        }
        return name
    }

    /// The character of the (valid) escape at `index`, and how many bytes it takes.
    private func unescape(at index: Int, before end: Int) -> (UInt32, Int) {
        guard index + 1 < end else { return (0, 1) }
        switch text[index + 1] {
        case UInt8(ascii: "u"):
            guard index + 6 <= end else { return (0, end - index) }
            let digits = text[(index + 2)..<(index + 6)]
            return (digits.reduce(0) { $0 << 4 | UInt32(hexValue($1) ?? 0) }, 6)
        case UInt8(ascii: "b"): return (0x08, 2)
        case UInt8(ascii: "f"): return (0x0C, 2)
        case UInt8(ascii: "n"): return (0x0A, 2)
        case UInt8(ascii: "r"): return (0x0D, 2)
        case UInt8(ascii: "t"): return (0x09, 2)
        case let other: return (UInt32(other), 2)
        }
    }

    // MARK: Tokens

    @discardableResult
    private mutating func skipKey() throws(JSONSyntaxError) -> Range<Int> {
        let start = position
        try skipString()
        let key = start..<position
        skipWhiteSpace()
        guard peek() == UInt8(ascii: ":") else { throw failure }
        position += 1
        return key
    }

    private mutating func skipString() throws(JSONSyntaxError) {
        guard peek() == UInt8(ascii: "\"") else { throw failure }
        position += 1
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return
            case UInt8(ascii: "\\"):
                position += 1
                try skipEscaped()
            case 0..<0x20:
                throw failure
            default:
                position += 1
            }
        }
        throw failure
    }

    private mutating func skipEscaped() throws(JSONSyntaxError) {
        switch peek() {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            position += 1
            for _ in 0..<4 {
                guard let digit = peek(), hexValue(digit) != nil else { throw failure }
                position += 1
            }
        default:
            throw failure
        }
    }

    private mutating func skipNumber() throws(JSONSyntaxError) {
        if peek() == UInt8(ascii: "-") { position += 1 }
        if peek() == UInt8(ascii: "0") {
            position += 1
        } else {
            try skipDigits()
        }
        if peek() == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            position += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
            try skipDigits()
        }
    }

    private mutating func skipDigits() throws(JSONSyntaxError) {
        let start = position
        while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        if position == start { throw failure }
    }

    private mutating func skipLiteral() throws(JSONSyntaxError) {
        let literal: StaticString
        switch peek() {
        case UInt8(ascii: "t"): literal = "true"
        case UInt8(ascii: "f"): literal = "false"
        default: literal = "null"
        }
        for offset in 0..<literal.utf8CodeUnitCount {
            guard peek() == literal.utf8Start[offset] else { throw failure }
            position += 1
        }
    }

    private mutating func skipWhiteSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    // MARK: Position

    private func peek() -> UInt8? {
        position < text.count ? text[position] : nil
    }

    private var failure: JSONSyntaxError {
        JSONSyntaxError(offset: position)
    }

    private func closing(_ container: Kind) -> UInt8 {
        container == .object ? UInt8(ascii: "}") : UInt8(ascii: "]")
    }

    private mutating func enter() throws(JSONSyntaxError) {
        guard depth < Self.deepest else { throw failure }
        depth += 1
        position += 1
    }

    private mutating func leave() {
        depth -= 1
        position += 1
    }

    private func hexValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
