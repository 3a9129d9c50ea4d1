import Glibc

/// An IP address of either version.
struct IPAddress: Equatable {
    /// Four bytes for IPv4, sixteen for IPv6.
    let bytes: [UInt8]

    /// Reads an address in its usual text form, as `inet_pton(3)` does.
    init?(_ text: some StringProtocol) {
        let text = String(text)
        // A NUL would end the text early for C.
        guard !text.utf8.contains(0) else { return nil }
        for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: size)
            if inet_pton(family, text, &bytes) == 1 {
                self.bytes = bytes
                return
            }
        }
        return nil
    }

    /// Whether it is of IPv4.
    var isIPv4: Bool { bytes.count == 4 }
    /// Whether it stands for every address of the host.
    var isWildcard: Bool { bytes.allSatisfy { $0 == 0 } }
}

/// A network: an address, and how many of its bits name the network.
struct IPSubnet: Equatable {
    let address: IPAddress
    let prefixLength: Int

    /// Reads `ADDRESS/LENGTH`.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]), parts[1].count <= 3,
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1]),
            length <= address.bytes.count * 8
        else { return nil }
        self.address = address
        prefixLength = length
    }

    /// Whether the two have an address in common.
    func overlaps(_ other: IPSubnet) -> Bool {
        guard address.isIPv4 == other.address.isIPv4 else { return false }
        let bits = min(prefixLength, other.prefixLength)
        return zip(address.bytes, other.address.bytes).enumerated().allSatisfy { index, pair in
            let compared = min(max(bits - index * 8, 0), 8)
            let mask = UInt8(truncatingIfNeeded: 0xff00 >> compared)
            return pair.0 & mask == pair.1 & mask
        }
    }
}
