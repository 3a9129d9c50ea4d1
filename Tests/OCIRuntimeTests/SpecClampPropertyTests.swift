import FoundationEssentials
import Testing

@testable import OCIRuntime

@Suite struct SpecClampPropertyTests {
    /// CAP_SYS_RESOURCE and CAP_BPF are missing, and so on.
    static let granted = Granted(
        capabilities: ~(1 << 24 | 1 << 39), lowestOOMScore: -20, highestLimit: [7: 1024, 4: 0, 6: 4000])

    @Test(arguments: 0..<8 as Range<UInt64>)
    func aRewrittenConfigDiffersInTheClampedFieldsAlone(seed: UInt64) throws {
        var generator = SpecGenerator(seed: seed)
        var rewritten = 0
        for _ in 0..<60 {
            let source = generator.config()
            let text = String(decoding: source, as: UTF8.self)
            let demands = try SpecDemands(config: source)
            let clamp = SpecClamp(demands, to: Self.granted)
            let result = ByteEdit.apply(clamp.edits, to: source)
            let before = try #require(JSONTree(source), "\(text)")
            let after = try #require(JSONTree(result), "\(text)")
            // Compared outside of #expect, which would print both trees.
            let isAsModelled = after == ClampModel(granted: Self.granted).clampConfig(before)
            #expect(isAsModelled, "\(text)")
            let isUntouched = after == before
            #expect(clamp.edits.isEmpty == isUntouched, "\(text)")
            if !clamp.edits.isEmpty { rewritten += 1 }
            // What is clamped stays clamped.
            #expect(SpecClamp(try SpecDemands(config: result), to: Self.granted).edits == [], "\(text)")
        }
        #expect(rewritten > 30)
    }

    @Test func whereEverythingIsGrantedNothingIsEdited() throws {
        var generator = SpecGenerator(seed: 99)
        for _ in 0..<100 {
            let source = generator.config()
            let clamp = SpecClamp(try SpecDemands(config: source), to: .everything)
            #expect(clamp.edits == [])
            #expect(clamp.messages == [])
        }
    }

    @Test func theBytesOutsideTheEditsStay() throws {
        let source = SampleConfig.privileged
        let clamp = SpecClamp(try SpecDemands(config: source), to: Self.granted)
        let result = ByteEdit.apply(clamp.edits, to: source)
        // What remains between the edits is found in the result, in order and gapless.
        var rest = result[...]
        var copied = 0
        for edit in clamp.edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            let kept = source[copied..<edit.range.lowerBound]
            #expect(rest.starts(with: kept))
            rest = rest.dropFirst(kept.count)
            #expect(rest.starts(with: edit.replacement))
            rest = rest.dropFirst(edit.replacement.count)
            copied = edit.range.upperBound
        }
        #expect(rest.elementsEqual(source[copied...]))
        // And a parser that has nothing to do with this package reads it.
        #expect(throws: Never.self) {
            try JSONDecoder().decode(SampleConfig.Shape.self, from: Data(result))
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func mutationsOfARealConfigNeverCrash(seed: UInt64) throws {
        var random = SeededGenerator(seed: 1_000 + seed)
        let source = SampleConfig.privileged
        let alphabet = Array("{}[]\",:\\u0123eE-+.tfn \n\0\u{1F}\u{FEFF}".utf8) + [0x80, 0xC0, 0xED, 0xFF]
        var accepted = 0
        for _ in 0..<250 {
            var text = source
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let at = Int.random(in: text.indices, using: &random)
                let end = min(text.count, at + Int.random(in: 1...40, using: &random))
                switch Int.random(in: 0..<4, using: &random) {
                case 0: text[at] = UInt8.random(in: .min ... .max, using: &random)
                case 1: text.removeSubrange(at..<end)
                case 2:
                    text.insert(contentsOf: text[at..<end], at: Int.random(in: text.indices, using: &random))
                default: text.insert(alphabet.randomElement(using: &random) ?? 0, at: at)
                }
                if text.isEmpty { text = source }
            }
            guard let demands = try? SpecDemands(config: text) else { continue }
            accepted += 1
            let result = ByteEdit.apply(SpecClamp(demands, to: Self.granted).edits, to: text)
            let again = try SpecDemands(config: result)
            #expect(SpecClamp(again, to: Self.granted).edits == [])
        }
        #expect(accepted > 10)
    }
}
