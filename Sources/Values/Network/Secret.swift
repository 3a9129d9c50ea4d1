/// A value that no message, log or dump shows.
public struct Secret<Value: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The value itself.
    public let value: Value

    /// Hides a value.
    public init(_ value: Value) {
        self.value = value
    }

    /// Never the value.
    public var description: String { "(secret)" }
    /// Never the value.
    public var debugDescription: String { "(secret)" }
    /// Never the value.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Equatable where Value: Equatable {}
