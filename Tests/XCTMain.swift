import Testing

/// Where the tests' program begins. With a file of this name SwiftPM makes none of its own, for which it would look for
/// tests of XCTest in an index of all code; there are none of these, and nothing is indexed (scripts/lib/swift.sh).
@main
struct Runner {
    /// Runs the tests of Swift Testing, by the function that SwiftPM's own program calls.
    static func main() async {
        await Testing.__swiftPMEntryPoint() as Never
    }
}
