internal import CRelease

/// The version of this program, and which versions of a client and of the image of a Pod work together.
public enum Release {
    /// The version: major, minor and patch.
    public static let current = "0.1.0"

    /// The registry that the images of this build are in, with a path if need be; nil: it was built for none.
    public static let registry: String? = {
        let text = String(cString: crelease_registry())
        return text.isEmpty ? nil : text
    }()

    /// Whether a program of another version understands this one: before 1.0 every minor version may change the form of
    /// the spec and of the events, after it every major version may.
    public static func fits(_ other: String, with own: String = current) -> Bool {
        let (one, two) = (parts(other), parts(own))
        guard one.count == 3, two.count == 3 else { return false }
        return one[0] == two[0] && (one[0] > 0 || one[1] == two[1])
    }

    private static func parts(_ version: String) -> [Int] {
        version.split(separator: ".", omittingEmptySubsequences: false).compactMap { Int($0) }
    }
}
