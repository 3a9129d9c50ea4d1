import Glibc
import Testing

@testable import OCIRuntime

@Suite struct OOMScoreProbeTests {
    @Test(arguments: [(0, 0), (0, -1), (0, -500), (0, -999), (500, 0), (1000, -999), (-100, -100), (3, -2)])
    func findsTheLowest(current: Int, bound: Int) {
        var tries = 0
        let lowest = OOMScoreProbe.lowest(from: current, downTo: -1000) { value in
            tries += 1
            return value < bound ? SystemError(number: EACCES) : nil
        }
        #expect(lowest == bound)
        #expect(tries < 16)
    }

    @Test func knowsWhenThereIsNothingToRaise() {
        #expect(OOMScoreProbe.lowest(from: 0, downTo: -5) { _ in nil } == nil)
        #expect(OOMScoreProbe.lowest(from: 0, downTo: -5) { _ in SystemError(number: EINVAL) } == nil)
    }
}
