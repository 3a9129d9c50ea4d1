/// A version of the Engine API, such as 1.41.
public struct APIVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The number before the dot.
    public let major: Int
    /// The number after the dot.
    public let minor: Int

    /// Docker 20.10's, the oldest that is supported.
    public static let oldestSupported = APIVersion(major: 1, minor: 41)

    /// Docker 27.2's, the newest that is asked for: newer daemons answer in the shape of this version.
    public static let newestRequested = APIVersion(major: 1, minor: 47)

    /// Makes a version from its two numbers.
    public init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads `1.41`; nil when the text is not two decimal numbers.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]), major >= 0, minor >= 0
        else { return nil }
        self.init(major: major, minor: minor)
    }

    /// The version as the API writes it.
    public var description: String { "\(major).\(minor)" }

    /// Whether the left version is older.
    public static func < (left: APIVersion, right: APIVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
