/// A quantity as Kubernetes writes it: `500m`, `1.5`, `4Gi`, `2e3`
/// (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/).
public struct Quantity: Sendable, Equatable, Comparable {
    /// In units: bytes, or processors.
    public var value: Double

    /// A quantity of units.
    public init(_ value: Double) {
        self.value = value
    }

    /// Reads a quantity that is not negative; nil where the text is none.
    public init?(_ text: String) {
        let suffixes: [(String, Double)] = [
            // 1E3 is an exponent, 1E a suffix: a number that can be read as it is wins.
            ("", 1), ("Ki", 0x1p10), ("Mi", 0x1p20), ("Gi", 0x1p30), ("Ti", 0x1p40), ("Pi", 0x1p50),
            ("Ei", 0x1p60), ("n", 1e-9), ("u", 1e-6), ("m", 1e-3), ("k", 1e3), ("M", 1e6), ("G", 1e9),
            ("T", 1e12), ("P", 1e15), ("E", 1e18),
        ]
        for (suffix, factor) in suffixes where text.hasSuffix(suffix) {
            let number = text.dropLast(suffix.count)
            // `Double` reads hexadecimal numbers, infinity and more besides.
            guard number.first.map({ $0.isNumber || $0 == "." }) == true,
                number.allSatisfy({ "0123456789.eE+-".contains($0) }), let value = Double(number)
            else { continue }
            self.init(value * factor)
            return
        }
        return nil
    }

    /// The value as a whole number, rounded up; nil beyond what `Int64` holds.
    public var whole: Int64? { Int64(exactly: value.rounded(.up)) }

    /// Less is less.
    public static func < (left: Quantity, right: Quantity) -> Bool { left.value < right.value }

    /// A request as its limit allows it: no more than that.
    ///
    /// - Parameters:
    ///   - request: The request, as text.
    ///   - limit: The limit; it is the result also where one of the two is no quantity.
    public static func request(_ request: String, within limit: String) -> String {
        guard let one = Quantity(request), let other = Quantity(limit) else { return limit }
        return one <= other ? request : limit
    }
}
