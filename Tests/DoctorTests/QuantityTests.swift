import Doctor
import Testing

struct QuantityTests {
    @Test(arguments: [
        ("500m", 0.5), ("2", 2), ("1.5", 1.5), ("4Gi", 4_294_967_296), ("3584Mi", 3_758_096_384),
        ("1k", 1000),
        ("2e3", 2000), ("1E", 1e18), ("128974848", 128_974_848), ("0", 0), ("1u", 1e-6),
    ])
    func isRead(text: String, value: Double) throws {
        #expect(try #require(Quantity(text)).value == value)
    }

    @Test(arguments: ["", "Gi", "much", "4GiB", "--1"])
    func isNone(text: String) {
        #expect(Quantity(text) == nil)
    }
}
