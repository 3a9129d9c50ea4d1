internal import Foundation
internal import Glibc

/// The executables of this package, as they were built for the tests.
public enum BuiltBinary {
    /// Where an executable is: in `KINKAJOU_BIN_DIR` (release builds), or beside the test bundle.
    public static func path(_ name: String) throws -> String {
        let directory: String
        if let given = ProcessInfo.processInfo.environment["KINKAJOU_BIN_DIR"], !given.isEmpty {
            directory = URL(fileURLWithPath: given).path
        } else {
            directory = bundleDirectory
        }
        let path = directory + "/" + name
        guard access(path, X_OK) == 0 else { throw Missing(path: path) }
        return path
    }

    /// The dynamic libraries that an executable needs, by absolute path; none for a static one. For copying
    /// it into a root of its own.
    public static func libraries(of executable: String) throws -> [String] {
        let listing = try Command.run(["ldd", executable])
        guard listing.status == 0 else { return [] }
        return listing.output.split(separator: "\n").compactMap { line in
            line.split { $0 == " " || $0 == "\t" }.first { $0.hasPrefix("/") }.map(String.init)
        }
    }

    /// An executable that was not built.
    public struct Missing: Error, CustomStringConvertible {
        let path: String
        /// What to do.
        public var description: String { "\(path) is missing: run `make build`, or set KINKAJOU_BIN_DIR" }
    }

    /// `scripts/test` runs `build/tests/kinkajouPackageTests.xctest`; for `swift test` its path is an argument of
    /// the process that loads it.
    private static var bundleDirectory: String {
        let marker = "PackageTests.xctest"
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let bundle = ([own] + CommandLine.arguments).first { $0.contains(marker) } ?? ".build/debug/x"
        let parts = bundle.components(separatedBy: "/")
        let end = parts.firstIndex { $0.contains(marker) } ?? parts.count - 1
        return parts[..<end].joined(separator: "/")
    }
}
