internal import TOMLKit
public import Values

extension JSONValue {
    /// Reads a TOML document. Dates become strings: JSON has none.
    ///
    /// - Throws: ``TOMLSyntaxError``.
    public init(toml: String) throws(TOMLSyntaxError) {
        // The library reads up to a NUL.
        if let end = toml.utf8.firstIndex(of: 0) {
            let line = toml.utf8[..<end].count { $0 == UInt8(ascii: "\n") } + 1
            throw TOMLSyntaxError(reason: "a NUL character", line: line)
        }
        do {
            let table = try TOMLTable(string: toml)
            try self.init(
                json: table.convert(
                    to: .json, options: [.quoteDateAndTimes, .quoteInfinitesAndNaNs, .allowUnicodeStrings]
                ).utf8)
        } catch let error as TOMLParseError {
            throw TOMLSyntaxError(reason: Self.lowerCased(error.description), line: error.source.begin.line)
        } catch {
            throw TOMLSyntaxError(reason: "\(error)", line: nil)
        }
    }

    private static func lowerCased(_ sentence: String) -> String {
        sentence.prefix(1).lowercased() + sentence.dropFirst()
    }

    /// An object as TOML, with sorted members. What is ``null`` is left out: TOML has no word for it.
    public func toml() -> String {
        Self.table(object).convert(to: .toml, options: .allowUnicodeStrings) + "\n"
    }

    private static func table(_ members: [String: JSONValue]) -> TOMLTable {
        let table = TOMLTable()
        for (name, value) in members { table[name] = tomlValue(value) }
        return table
    }

    private static func tomlValue(_ value: JSONValue) -> (any TOMLValueConvertible)? {
        switch value {
        case .null: nil
        case .bool(let value): value
        case .integer(let value): Int(value)
        case .number(let value): value
        case .string(let value): value
        case .array(let elements): TOMLArray(elements.compactMap { tomlValue($0) })
        case .object(let members): table(members)
        }
    }
}

/// Why a text is not TOML.
public struct TOMLSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public let reason: String
    /// Where, counted from 1; nil when that is not known.
    public let line: Int?

    /// What is wrong, and where.
    public var description: String { "this is not TOML: \(reason)" + (line.map { " (line \($0))" } ?? "") }
}
