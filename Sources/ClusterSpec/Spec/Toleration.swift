/// A taint that is tolerated, as `kubectl taint` writes taints: `KEY[=VALUE][:EFFECT]`.
public struct Toleration: Codable, Sendable, Equatable {
    /// The taint's key; empty: every taint.
    public var key: String
    /// The taint's value; nil: any.
    public var value: String?
    /// The effect; nil: every one.
    public var effect: String?

    /// Reads `KEY[=VALUE][:EFFECT]`; nil where the text has another form. `*` stands for every taint.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            guard ["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(String(parts[1])) else {
                return nil
            }
            effect = String(parts[1])
        }
        let pair = parts[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let key = pair.first, !key.isEmpty else { return nil }
        self.key = key == "*" ? "" : String(key)
        value = pair.count == 2 ? String(pair[1]) : nil
        if self.key.isEmpty, value != nil { return nil }
    }
}
