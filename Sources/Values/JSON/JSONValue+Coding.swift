internal import FoundationEssentials

extension JSONValue {
    /// A value that can be encoded, as a tree.
    ///
    /// - Throws: What its `encode(to:)` throws.
    public init(encoding value: some Encodable) throws {
        try self.init(json: try JSONEncoder().encode(value))
    }

    /// The value of a type that this tree stands for.
    ///
    /// - Throws: `DecodingError`, or what its `init(from:)` throws.
    public func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(encoded()))
    }
}
