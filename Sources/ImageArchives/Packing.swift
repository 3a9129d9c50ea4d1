/// How a file is packed, by its first bytes.
enum Packing: Sendable, Equatable, CaseIterable {
    case gzip, zstd, xz, bzip2

    /// How many bytes it takes to tell.
    static let magicSize = 6

    /// nil: not packed, or in an unknown way.
    init?(_ bytes: [UInt8]) {
        let found = Self.allCases.first { bytes.starts(with: $0.magic) }
        guard let found else { return nil }
        self = found
    }

    private var magic: [UInt8] {
        switch self {
        case .gzip: [0x1f, 0x8b]
        case .zstd: [0x28, 0xb5, 0x2f, 0xfd]
        case .xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
        case .bzip2: [0x42, 0x5a, 0x68]
        }
    }

    /// The program that unpacks it with `-dc`.
    var program: String {
        switch self {
        case .gzip: "gzip"
        case .zstd: "zstd"
        case .xz: "xz"
        case .bzip2: "bzip2"
        }
    }
}
