extension StaticString {
    /// The bytes of an ASCII or UTF-8 literal, without making a string of them.
    var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}

extension Sequence<UInt8> {
    /// Whether these are the bytes of the name.
    func isNamed(_ name: StaticString) -> Bool {
        elementsEqual(name.bytes)
    }

    /// Whether these are the bytes of one of the names.
    func isNamed(anyOf names: [StaticString]) -> Bool {
        names.contains { elementsEqual($0.bytes) }
    }
}
