internal import Crypto

/// The SHA-256 digest that names a blob, as the OCI image specification writes it: `sha256:` and 64
/// hexadecimal digits in lower case.
public struct ContentDigest: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The 64 digits.
    public let hex: String

    /// Reads `sha256:<64 digits>`. nil: it is something else, another algorithm for instance.
    public init?(_ text: some StringProtocol) {
        let prefix = "sha256:"
        guard text.hasPrefix(prefix) else { return nil }
        self.init(hex: text.dropFirst(prefix.count))
    }

    /// Reads the 64 digits alone.
    public init?(hex: some StringProtocol) {
        guard hex.utf8.count == 64, hex.utf8.allSatisfy(Self.isDigit) else { return nil }
        self.hex = String(hex)
    }

    init(_ digest: SHA256.Digest) {
        let digits = Array("0123456789abcdef".utf8)
        hex = String(
            decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The digest of these bytes.
    public init(of bytes: [UInt8]) {
        self.init(SHA256.hash(data: bytes))
    }

    /// As the OCI image specification writes it.
    public var description: String { "sha256:" + hex }

    /// The first twelve digits, as docker shows it.
    var short: String { String(hex.prefix(12)) }

    /// In the order of the digits.
    public static func < (left: ContentDigest, right: ContentDigest) -> Bool { left.hex < right.hex }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

extension ContentDigest: Codable {
    /// Reads it from text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = ContentDigest(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\"\(text.prefix(100))\" is no sha256 digest")
        }
        self = digest
    }

    /// Writes it as text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The names of unpacked layers. Each stands for a layer and all those below it:
/// <https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid>.
public enum ChainID {
    /// The chain ID of each layer, the lowest first, from the digests of the uncompressed layers.
    public static func all(of diffIDs: [ContentDigest]) -> [ContentDigest] {
        var chains: [ContentDigest] = []
        for diffID in diffIDs {
            guard let below = chains.last else {
                chains.append(diffID)
                continue
            }
            chains.append(ContentDigest(of: Array("\(below) \(diffID)".utf8)))
        }
        return chains
    }
}
