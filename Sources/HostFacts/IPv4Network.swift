/// An IPv4 address with the length of its network's prefix, such as `172.17.0.1/16`.
public struct IPv4Network: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The address, most significant byte first.
    public var address: UInt32
    /// The number of bits that name the network, 0 to 32.
    public var prefixLength: Int

    /// A network from its address and the length of its prefix, which is brought into 0...32.
    public init(address: UInt32, prefixLength: Int) {
        self.address = address
        self.prefixLength = min(max(prefixLength, 0), 32)
    }

    /// Reads `a.b.c.d/n`; without `/n` the prefix has 32 bits.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let bytes = parts[0].split(separator: ".", omittingEmptySubsequences: false)
            .map { $0.utf8.allSatisfy { (48...57).contains($0) } ? UInt8($0) : nil }
        guard parts.count <= 2, bytes.count == 4 else { return nil }
        var address: UInt32 = 0
        for byte in bytes {
            guard let byte else { return nil }
            address = address << 8 | UInt32(byte)
        }
        guard parts.count == 2 else {
            self.init(address: address, prefixLength: 32)
            return
        }
        guard let length = Int(parts[1]), (0...32).contains(length) else { return nil }
        self.init(address: address, prefixLength: length)
    }

    /// The network's mask.
    public var mask: UInt32 {
        prefixLength == 0 ? 0 : ~UInt32(0) << UInt32(32 - prefixLength)
    }

    /// The network itself, with the bits of the host cleared.
    public var network: IPv4Network {
        IPv4Network(address: address & mask, prefixLength: prefixLength)
    }

    /// Whether the two networks have an address in common.
    public func overlaps(_ other: IPv4Network) -> Bool {
        let shorter = prefixLength < other.prefixLength ? mask : other.mask
        return address & shorter == other.address & shorter
    }

    /// The network around this address with a prefix no longer than the given one.
    public func widened(to prefixLength: Int) -> IPv4Network {
        IPv4Network(address: address, prefixLength: min(prefixLength, self.prefixLength)).network
    }

    /// The address alone, as text.
    public var addressText: String {
        (0..<4).map { String(address >> UInt32(24 - 8 * $0) & 0xff) }.joined(separator: ".")
    }

    /// The address with its prefix, as text.
    public var description: String { "\(addressText)/\(prefixLength)" }

    /// Reads the network from its text.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let network = IPv4Network(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not an IPv4 network: \(text)"))
        }
        self = network
    }

    /// Writes the network as its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
