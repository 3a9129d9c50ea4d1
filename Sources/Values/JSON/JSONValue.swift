/// A JSON value of any shape: how objects of the Kubernetes API are held, so that nothing of them is lost, whatever
/// the server's version.
public enum JSONValue: Sendable, Hashable {
    /// Readers refuse what is nested deeper: no object is, and it bounds the stack.
    public static let deepestNesting = 256

    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case integer(Int64)
    /// Any other number.
    case number(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object; the order of its members is not kept.
    case object([String: JSONValue])

    /// A member of an object. Reading one that is not there, or of what is no object, gives ``null``. Writing makes
    /// an object of what was none; writing ``null`` keeps the member, with that value.
    public subscript(key: String) -> JSONValue {
        get {
            guard case .object(let members) = self else { return .null }
            return members[key] ?? .null
        }
        set {
            var members: [String: JSONValue] = [:]
            if case .object(let present) = self { members = present }
            // Released first: otherwise the dictionary would be copied at each write.
            self = .null
            members[key] = newValue
            self = .object(members)
        }
        _modify {
            var members: [String: JSONValue] = [:]
            if case .object(let present) = self { members = present }
            self = .null
            defer { self = .object(members) }
            yield &members[key, default: .null]
        }
    }

    /// An element of an array; ``null`` where there is none.
    public subscript(index: Int) -> JSONValue {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return .null }
        return elements[index]
    }

    /// Takes a member out of an object; does nothing when there is none.
    @discardableResult
    public mutating func remove(_ key: String) -> JSONValue? {
        guard case .object(var members) = self else { return nil }
        self = .null
        defer { self = .object(members) }
        return members.removeValue(forKey: key)
    }

    /// The string; nil for anything else.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The whole number, also when it is written as `1.0`; nil for anything else.
    public var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// The number, whole or not; nil for anything else.
    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The truth value; nil for anything else.
    public var boolean: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements; empty for what is no array.
    public var array: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// The members; empty for what is no object.
    public var object: [String: JSONValue] {
        if case .object(let members) = self { members } else { [:] }
    }

    /// Whether it is `null`, or is not there.
    public var isNull: Bool { self == .null }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral,
    ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// `null`.
    public init(nilLiteral: ()) { self = .null }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object; of a name that is given twice, the last value counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { $1 })
    }
}

extension JSONValue: Codable {
    /// Decodes any value.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// Encodes the value as itself.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let values): try container.encode(values)
        case .object(let members): try container.encode(members)
        }
    }
}
