import Testing
import Values

/// Which versions of a client and of the image of a Pod work together.
@Suite struct ReleaseTests {
    @Test(arguments: [
        ("0.1.0", "0.1.0", true), ("0.1.7", "0.1.0", true), ("0.2.0", "0.1.0", false),
        ("1.0.0", "0.1.0", false),
        ("1.4.0", "1.2.3", true), ("2.0.0", "1.9.9", false), ("", "0.1.0", false), ("0.1", "0.1.0", false),
        ("zero.1.0", "0.1.0", false),
    ])
    func versionsFit(other: String, own: String, fits: Bool) {
        #expect(Release.fits(other, with: own) == fits)
        #expect(Release.fits(own, with: other) == fits)
    }

    @Test func theOwnVersionFits() {
        #expect(Release.fits(Release.current))
    }
}
