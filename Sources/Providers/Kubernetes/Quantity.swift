/// A quantity as Kubernetes writes them: `500m`, `2`, `1.5Gi`, `1e3`.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
public struct Quantity: Sendable, Equatable {
    /// The quantity in its unit.
    public var value: Double

    /// Reads a quantity; nil where the text is none.
    public init?(_ text: String) {
        let suffixes: [(String, Double)] = [
            ("Ki", 1024), ("Mi", 0x1p20), ("Gi", 0x1p30), ("Ti", 0x1p40), ("Pi", 0x1p50), ("Ei", 0x1p60),
            ("m", 1e-3), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15), ("E", 1e18), ("", 1),
        ]
        for (suffix, factor) in suffixes where text.hasSuffix(suffix) {
            let digits = text.dropLast(suffix.count)
            guard let first = digits.utf8.first, (48...57).contains(first) || first == 46,
                let number = Double(digits), number.isFinite
            else { continue }
            value = number * factor
            return
        }
        return nil
    }
}
