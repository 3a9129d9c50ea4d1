import Testing

@testable import ContainerInit

@Suite("The process table")
struct ProcessTableTests {
    @Test("A line of /proc/<pid>/stat, whatever the program is called")
    func parse() {
        let expected = ProcessEntry(pid: 42, parent: 7, group: 40)
        for name in ["sh", "a b", "x) S 1 1 (y", "(", ")", ""] {
            #expect(ProcessEntry(stat: Array("42 (\(name)) S 7 40 40 0 -1 4194560".utf8)) == expected)
        }
        #expect(ProcessEntry(stat: Array("42 (sh) Z 7 40".utf8))?.state == UInt8(ascii: "Z"))
        for broken in [
            "", "42", "42 (sh", "42 (sh)", "42 (sh) S 7", "x (sh) S 7 40", ")42 (", "42 (sh) S - 40",
        ] {
            #expect(ProcessEntry(stat: Array(broken.utf8)) == nil)
        }
    }

    @Test("Descendants at any depth, without those that have ended")
    func descendants() {
        let table = ProcessTable(entries: [
            ProcessEntry(pid: 1, parent: 0, group: 1), ProcessEntry(pid: 10, parent: 1, group: 10),
            ProcessEntry(pid: 11, parent: 10, group: 11), ProcessEntry(pid: 12, parent: 11, group: 11),
            ProcessEntry(pid: 13, parent: 10, group: 13, state: UInt8(ascii: "Z")),
            ProcessEntry(pid: 14, parent: 13, group: 14), ProcessEntry(pid: 20, parent: 1, group: 20),
        ])
        #expect(table.descendants(of: 10).map(\.pid) == [11, 12, 14])
        #expect(table.descendants(of: 20).isEmpty)
    }

    @Test("A circle, as the table is not read at one moment, does not trap it")
    func circle() {
        let table = ProcessTable(entries: [
            ProcessEntry(pid: 5, parent: 6, group: 5), ProcessEntry(pid: 6, parent: 5, group: 5),
        ])
        #expect(table.descendants(of: 5).map(\.pid) == [6])
    }

    @Test("A group is owned only if all of its members are below")
    func groups() {
        let table = ProcessTable(entries: [
            ProcessEntry(pid: 10, parent: 1, group: 10), ProcessEntry(pid: 11, parent: 10, group: 11),
            ProcessEntry(pid: 12, parent: 10, group: 10), ProcessEntry(pid: 13, parent: 10, group: 0),
            ProcessEntry(pid: 14, parent: 10, group: 30), ProcessEntry(pid: 30, parent: 1, group: 30),
        ])
        #expect(table.ownedGroups(of: 10) == [11])
    }

    @Test("The real one holds this process")
    func real() throws {
        let table = try #require(ProcessTable.read())
        #expect(table.entries.count > 1)
    }
}
