internal import FoundationEssentials

/// Text in base64 (RFC 4648), as kubeconfigs hold certificates.
enum Base64Text {
    /// The text; nil where it is no base64.
    static func decoded(_ text: String) -> String? {
        Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) }
    }
}
