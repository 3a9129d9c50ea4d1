/// What an image runs on, in the words of the OCI image specification (Go's): `linux/arm64`, `linux/arm/v7`.
public struct ImagePlatform: Hashable, Sendable, CustomStringConvertible {
    /// The operating system, such as `linux`.
    public let os: String
    /// The processor's architecture, such as `amd64`.
    public let architecture: String
    /// The architecture's variant, such as `v7`; nil where it is the usual one.
    public let variant: String?

    /// A platform from its parts, which are brought to their usual form as containerd does it
    /// (<https://github.com/containerd/platforms/blob/main/database.go>).
    public init(os: String, architecture: String, variant: String? = nil) {
        self.os = os.lowercased()
        var architecture = architecture.lowercased()
        var variant = variant?.lowercased()
        switch architecture {
        case "x86_64", "x86-64": architecture = "amd64"
        case "i386", "i486", "i586", "i686": architecture = "386"
        case "aarch64": architecture = "arm64"
        case "armhf", "armv7l", "armv7": (architecture, variant) = ("arm", "v7")
        case "armel", "armv6l": (architecture, variant) = ("arm", "v6")
        default: break
        }
        if variant == "" { variant = nil }
        switch (architecture, variant) {
        case ("amd64", "v1"), ("arm64", "v8"), ("arm64", "8"): variant = nil
        case ("arm", nil): variant = "v7"
        case ("arm", "5"), ("arm", "6"), ("arm", "7"), ("arm", "8"): variant = variant.map { "v" + $0 }
        default: break
        }
        self.architecture = architecture
        self.variant = variant
    }

    /// Reads `os/architecture` or `os/architecture/variant`; nil where it is neither.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), !parts.contains("") else { return nil }
        self.init(os: parts[0], architecture: parts[1], variant: parts.count > 2 ? parts[2] : nil)
    }

    /// The parts with slashes between them.
    public var description: String {
        ([os, architecture] + (variant.map { [$0] } ?? [])).joined(separator: "/")
    }

    /// How well an image for another platform runs here: 0 is best, nil is not at all. A newer processor runs
    /// what was made for an older variant of it.
    func rank(of other: ImagePlatform) -> Int? {
        guard os == other.os, architecture == other.architecture else { return nil }
        let own = Self.level(variant)
        let others = Self.level(other.variant)
        return others <= own ? own - others : nil
    }

    private static func level(_ variant: String?) -> Int {
        Int(variant?.drop { !$0.isNumber }.prefix { $0.isNumber } ?? "0") ?? 0
    }
}

extension ImagePlatform: Codable {
    /// Reads it from text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let platform = ImagePlatform(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\"\(text.prefix(100))\" is no os/architecture")
        }
        self = platform
    }

    /// Writes it as text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
