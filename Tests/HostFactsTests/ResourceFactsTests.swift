import HostFacts
import Testing

struct ResourceFactsTests {
    @Test func theMachinesMemoryIsRead() {
        var facts = ResourceFacts()
        facts.take(
            meminfo: """
                MemTotal:       24683596 kB
                MemFree:        14628648 kB
                MemAvailable:   23851636 kB
                SwapCached:            0 kB
                SwapTotal:       2097148 kB
                """)
        #expect(facts.memoryTotal == 24_683_596 << 10)
        #expect(facts.memoryAvailable == 23_851_636 << 10)
        #expect(facts.swapTotal == 2_097_148 << 10)
        #expect(facts.memoryBound == facts.memoryTotal)
        facts.memoryLimit = 1 << 30
        #expect(facts.memoryBound == 1 << 30)
        facts.take(meminfo: "nonsense")
        #expect(facts.memoryTotal == 0)
    }

    @Test(arguments: [
        ("0-1", 2), ("0", 1), ("0-3,8", 5), ("1,3,5", 3), ("", 0), ("3-1", 0),
    ])
    func processorsAreCounted(list: String, count: Int) {
        let status = "Name:\tx\nCpus_allowed:\t3\nCpus_allowed_list:\t\(list)\nMems_allowed:\t1\n"
        #expect(ResourceFacts.processors(inStatus: status) == count)
    }

    /// `max` of version 2, and the number by which version 1 says that there is none.
    @Test(arguments: [
        ("max\n", nil), ("9223372036854771712\n", nil), ("1073741824\n", 1 << 30), ("0\n", 0), ("", nil),
        ("-1\n", nil),
    ])
    func limitsAreRead(text: String, limit: UInt64?) {
        #expect(ResourceFacts.limit(text) == limit)
    }

    @Test(arguments: [
        ("max 100000\n", nil), ("50000 100000\n", 0.5), ("200000 100000\n", 2), ("", nil), ("7\n", nil),
    ])
    func quotasOfVersion2AreRead(text: String, quota: Double?) {
        #expect(ResourceFacts.quota(cpuMax: text) == quota)
    }

    @Test(arguments: [("-1\n", nil), ("150000\n", 1.5)])
    func quotasOfVersion1AreRead(text: String, quota: Double?) {
        #expect(ResourceFacts.quota(text, period: "100000\n") == quota)
    }

    @Test func throttlingIsRead() {
        let version2 = "usage_usec 1\nnr_periods 120\nnr_throttled 30\nthrottled_usec 9\n"
        #expect(ResourceFacts.throttling(cpuStat: version2) == .init(periods: 120, throttled: 30))
        #expect(ResourceFacts.throttling(cpuStat: "usage_usec 1\n") == nil)
    }
}
