import Testing

@testable import ClusterSpec

/// What a hostile or damaged file does: one clear message, soon, and never a crash.
@Suite struct HostileYAMLTests {
    static let header = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"

    private func refusal(_ bytes: [UInt8]) throws -> ClusterConfigError {
        try #require(throws: ClusterConfigError.self) { _ = try ParsedCluster(yaml: bytes, file: "f") }
    }

    private func refusal(_ text: String) throws -> ClusterConfigError { try refusal(Array(text.utf8)) }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "- {a: [", "[[],"])
    func deepNesting(opening: String) throws {
        for depth in [900, 100_000] {
            let error = try refusal(Self.header + "nodes:\n  " + String(repeating: opening, count: depth))
            #expect(error.problems.count == 1)
        }
    }

    @Test func deepNestingThatIsClosed() throws {
        let deep = String(repeating: "[", count: 900) + String(repeating: "]", count: 900)
        #expect(try refusal(Self.header + "name: \(deep)\n").problems.count == 1)
    }

    @Test func aliasesThatMultiply() throws {
        for use in ["name: *a29", "? *a29\n: 1", "*a29 : 1", "nodes: *a29", "featureGates: {<<: *a29}"] {
            var text = Self.header + "a0: &a0 [x, x]\n"
            for level in 1..<30 {
                text +=
                    "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
            }
            let error = try refusal(text + use + "\n")
            #expect(error.problems.map(\.summary) == ["its aliases stand for more than 4194304 nodes"])
        }
    }

    /// Few enough aliases to be read, and still more values than a configuration has.
    @Test func manyValuesThroughAliases() throws {
        var text =
            Self.header
            + "nodes:\n- &n {labels: &l {\((0..<1000).map { "k\($0): v" }.joined(separator: ", "))}}\n"
        for _ in 0..<200 { text += "- {labels: *l}\n" }
        let error = try refusal(text)
        #expect(error.problems.map(\.summary) == ["the file has more than 20000 values"])
    }

    /// A long patch that is there many times over would be parsed as often.
    @Test func longTextsThroughAliases() throws {
        var text =
            Self.header + "containerdConfigPatches:\n- &p \"\(String(repeating: "x", count: 100_000))\"\n"
        for _ in 0..<1000 { text += "- *p\n" }
        #expect(
            try refusal(text).problems.map(\.summary) == [
                "the values of the file have more than 4194304 bytes"
            ])
    }

    @Test func anAliasInsideWhatItStandsFor() throws {
        #expect(try refusal(Self.header + "nodes: &n [*n]\n").problems.count == 1)
    }

    @Test func tooLarge() throws {
        let error = try refusal(Self.header + String(repeating: "# comment\n", count: 200_000))
        #expect(error.problems.map(\.summary) == ["the file has 2000049 bytes, and at most 1048576 are read"])
        let fits = Self.header + String(repeating: "# comment\n", count: 100_000)
        #expect(throws: Never.self) { _ = try ParsedCluster(yaml: fits) }
    }

    @Test func notUTF8() throws {
        let error = try refusal(Array("kind: Cluster\nname: ".utf8) + [0xff, 0xfe, 0x0a])
        #expect(error.description == "f:2: this is not text in UTF-8; save the file as UTF-8")
        #expect(try refusal([0xff, 0xfe, 0x61, 0x00]).problems.count == 1)
        #expect(try refusal([0xc3]).problems.count == 1)
    }

    @Test func binary() throws {
        for bytes in [
            [0], [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0], Array(0...127), Array("name: a\u{7}b".utf8),
        ] as [[UInt8]] {
            #expect(try refusal(bytes).problems.count == 1)
        }
    }

    @Test func aByteOrderMarkIsSkipped() throws {
        let parsed = try ParsedCluster(
            yaml: [0xef, 0xbb, 0xbf] + Array((Self.header + "name: a\n").utf8), file: nil)
        #expect(parsed.cluster.name == "a")
    }

    @Test func messagesStayOnOneLine() throws {
        let error = try refusal(
            Self.header
                + "\"a\\nb\\e[31m\": 1\nname: \"x\\ny\"\nkubeadmConfigPatches: [\"kind: \\\"a\\\\nb\\\"\"]\n")
        for problem in error.problems {
            #expect(!problem.description.contains { $0.isNewline || $0 == "\u{1b}" })
        }
    }

    /// Every prefix of a good file, and every file with one byte changed, is read or refused.
    @Test func damagedFiles() {
        let good = Array(RoundTripTests.everything.yaml().utf8)
        for length in stride(from: 0, to: good.count, by: 13) {
            _ = try? ParsedCluster(yaml: good.prefix(length), file: nil)
        }
        for place in stride(from: 0, to: good.count, by: 61) {
            for byte in [0x00, 0x0a, 0x26, 0x2a, 0x5b, 0x7b, 0x7d, 0xff] as [UInt8] {
                var damaged = good
                damaged[place] = byte
                _ = try? ParsedCluster(yaml: damaged, file: nil)
            }
        }
    }
}
