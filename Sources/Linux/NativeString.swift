internal import CLinux
internal import Glibc

/// A text as the kernel has it, such as an argument or a variable: any bytes but a null byte. A `String` cannot hold
/// those that are no UTF-8.
public struct NativeString: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The bytes, without an end mark.
    public let bytes: [UInt8]

    /// A text from its bytes, up to a null byte.
    public init(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes.prefix { $0 != 0 })
    }

    /// The bytes of a text's UTF-8.
    public init(_ text: String) {
        self.init(bytes: text.utf8)
    }

    /// The bytes of a literal's UTF-8.
    public init(stringLiteral text: String) {
        self.init(text)
    }

    init(_ text: UnsafePointer<CChar>) {
        bytes = Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }

    /// The text, with a replacement character for what is no UTF-8.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// The last words of this process's own command line, byte for byte.
    ///
    /// - Parameter words: The same words as Swift has them, with what is no UTF-8 replaced.
    public static func lastArguments(_ words: [String]) -> [NativeString] {
        let offset = Int(clinux_argument_count()) - words.count
        let original = clinux_arguments()
        return words.enumerated().map { index, word in
            guard offset >= 0, let argument = original?[offset + index] else { return NativeString(word) }
            let native = NativeString(argument)
            return native.description == word ? native : NativeString(word)
        }
    }

    /// The bytes with a null byte behind them.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        var text = bytes.map { CChar(bitPattern: $0) }
        text.append(0)
        return body(&text)
    }
}
