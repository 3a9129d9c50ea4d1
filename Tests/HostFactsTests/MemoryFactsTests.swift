import Testing

@testable import HostFacts

@Suite struct MemoryFactsTests {
    @Test(arguments: [
        ("cache 0\nhierarchical_memory_limit 314572800\nhierarchical_memsw_limit 9\n", 314_572_800),
        ("hierarchical_memory_limit 9223372036854771712\n", nil), ("cache 0\n", nil), ("", nil),
    ])
    func theLimitOfVersion1(stat: String, limit: UInt64?) {
        #expect(MemoryFacts.limit(stat: stat) == limit)
    }

    @Test(arguments: [("1073741824\n", 1_073_741_824), ("max\n", nil), ("", nil)])
    func theLimitOfVersion2(max: String, limit: UInt64?) {
        #expect(MemoryFacts.limit(max: max) == limit)
    }

    @Test(arguments: [
        ("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n", 3),
        ("low 0\nhigh 0\nmax 7\noom 2\noom_kill 2\noom_group_kill 0\n", 2), ("oom_kill_disable 0\n", 0),
        ("", 0),
    ])
    func kills(text: String, count: Int) {
        #expect(MemoryFacts.kills(text) == count)
    }
}
