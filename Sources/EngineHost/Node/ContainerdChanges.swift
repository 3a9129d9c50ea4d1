public import Values

/// What is changed in the configuration of a node's containerd, by the two kinds of patch that kind's files have.
public struct ContainerdChanges: Sendable, Equatable {
    /// Merge patches (RFC 7386), which come first.
    public var merges: [JSONValue]
    /// Lists of operations (RFC 6902).
    public var operations: [JSONValue]

    /// Changes from their parts.
    public init(merges: [JSONValue] = [], operations: [JSONValue] = []) {
        self.merges = merges
        self.operations = operations
    }
}
