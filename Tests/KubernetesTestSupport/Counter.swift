internal import Synchronization

/// A number that several tasks count up.
public final class Counter: Sendable {
    private let count = Atomic(0)

    /// Starts at zero.
    public init() {}

    /// The number.
    public var value: Int { count.load(ordering: .sequentiallyConsistent) }

    /// Adds to it, and returns what it was before.
    @discardableResult
    public func add(_ number: Int = 1) -> Int {
        count.add(number, ordering: .sequentiallyConsistent).oldValue
    }
}
