internal import FoundationEssentials

/// The `filters` parameter of lists and events: for each name the accepted values.
public struct EngineFilters: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// For each filter's name the values that it accepts.
    public var values: [String: [String]]

    /// Makes filters; an empty dictionary accepts everything.
    public init(_ values: [String: [String]] = [:]) {
        self.values = values
    }

    /// Makes filters from a literal such as `["label": ["a=b"]]`.
    public init(dictionaryLiteral elements: (String, [String])...) {
        values = Dictionary(elements, uniquingKeysWith: +)
    }

    /// Only what carries all of these labels: `name` or `name=value`.
    public static func labels(_ labels: [String]) -> EngineFilters {
        labels.isEmpty ? EngineFilters() : ["label": labels]
    }

    var query: [(name: String, value: String)] {
        get throws {
            guard !values.isEmpty else { return [] }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return [("filters", String(decoding: try encoder.encode(values), as: UTF8.self))]
        }
    }
}
