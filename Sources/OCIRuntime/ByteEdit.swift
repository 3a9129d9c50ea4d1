/// The replacement of some bytes of a text; everything around them stays as it is.
struct ByteEdit: Equatable {
    let range: Range<Int>
    let replacement: [UInt8]

    /// The text with the edits made, which must not overlap.
    static func apply(_ edits: [ByteEdit], to text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var copied = 0
        for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            result += text[copied..<edit.range.lowerBound]
            result += edit.replacement
            copied = edit.range.upperBound
        }
        return result + text[copied...]
    }
}
