import Testing
import Values

@Suite struct QuantityTests {
    @Test(arguments: [
        ("500m", 0.5), ("2", 2), ("1.5", 1.5), (".5", 0.5), ("4Gi", 4_294_967_296),
        ("3584Mi", 3_758_096_384), ("1.5Ki", 1536), ("1k", 1000), ("2e3", 2000), ("1E", 1e18), ("2E", 2e18),
        ("1E3", 1000), ("128974848", 128_974_848), ("0", 0), ("1u", 1e-6),
    ])
    func isRead(text: String, value: Double) throws {
        #expect(try #require(Quantity(text)).value == value)
    }

    @Test(arguments: [
        "", "Gi", "x", "much", "4GB", "4GiB", "-1", "--1", "1 Gi", "1Gii", "nan", "inf", "0x10", "e3",
    ])
    func isNone(text: String) {
        #expect(Quantity(text) == nil)
    }

    @Test(arguments: [
        ("1Gi", "4Gi", "1Gi"), ("1Gi", "512Mi", "512Mi"), ("1024Mi", "1Gi", "1024Mi"), ("x", "1", "1"),
    ])
    func aRequestIsNoMoreThanItsLimit(request: String, limit: String, expected: String) {
        #expect(Quantity.request(request, within: limit) == expected)
    }
}
