internal import FoundationEssentials

/// Bytes as base64 (RFC 4648, section 4).
public enum Base64 {
    /// The text for bytes.
    public static func encoded(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// The bytes of a text; nil where it is no base64.
    public static func decoded(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map { Array($0) } }
}
