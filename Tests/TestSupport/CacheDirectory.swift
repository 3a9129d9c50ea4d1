internal import Foundation

/// Where the project's scripts keep what is slow to make.
public enum CacheDirectory {
    /// Its path: `KINKAJOU_CACHE`, or the scripts' default.
    public static let path = ProcessInfo.processInfo.environment["KINKAJOU_CACHE"] ?? "/var/cache/kinkajou"
}
