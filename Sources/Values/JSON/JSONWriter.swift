/// Writes a tree as JSON, with sorted members, so that equal values have equal texts.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private let isPretty: Bool
    private var depth = 0

    init(pretty: Bool) {
        isPretty = pretty
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: text("null")
        case .bool(let value): text(value ? "true" : "false")
        case .integer(let value): text(String(value))
        // JSON has no name for what is not a number or has no end; Go's encoder refuses them.
        case .number(let value): text(value.isFinite ? value.description : "null")
        case .string(let value): string(value)
        case .array(let elements):
            list("[", "]", elements) { writer, element in writer.write(element) }
        case .object(let members):
            list("{", "}", members.sorted { $0.key < $1.key }) { writer, member in
                writer.string(member.key)
                writer.text(writer.isPretty ? ": " : ":")
                writer.write(member.value)
            }
        }
    }

    private mutating func list<Element>(
        _ opening: String, _ closing: String, _ elements: [Element],
        _ write: (inout JSONWriter, Element) -> Void
    ) {
        text(opening)
        depth += 1
        for (index, element) in elements.enumerated() {
            if index > 0 { text(",") }
            lineBreak()
            write(&self, element)
        }
        depth -= 1
        if !elements.isEmpty { lineBreak() }
        text(closing)
    }

    private mutating func lineBreak() {
        guard isPretty else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: 2 * depth))
    }

    private mutating func text(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func string(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""): text("\\\"")
            case UInt8(ascii: "\\"): text("\\\\")
            case 0x0A: text("\\n")
            case 0x0D: text("\\r")
            case 0x09: text("\\t")
            case ..<0x20:
                text("\\u00" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension JSONValue {
    /// Reads JSON.
    ///
    /// - Throws: ``JSONSyntaxError``.
    public init(json bytes: some Collection<UInt8>) throws(JSONSyntaxError) {
        self = try JSONParser.parse(bytes)
    }

    /// The value as JSON, with sorted members.
    ///
    /// - Parameter pretty: With line breaks, indented by two blanks.
    public func encoded(pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty)
        writer.write(self)
        return writer.bytes
    }
}
