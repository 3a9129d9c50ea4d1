import Testing

@testable import ImageArchives

@Suite struct StreamFramesTests {
    private static func stream(_ chunks: [[UInt8]]) -> [UInt8] {
        var writer = StreamFrameWriter()
        return chunks.flatMap { writer.frame($0) } + writer.end()
    }

    private static func read(_ bytes: [UInt8], piece: Int) throws -> [UInt8] {
        var reader = StreamFrameReader()
        var content: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            content += try reader.take(rest.prefix(piece))
            rest = rest.dropFirst(piece)
        }
        try reader.finish()
        return content
    }

    private static let chunks: [[UInt8]] = [
        Array("hello".utf8), [], (0..<300).map { UInt8(truncatingIfNeeded: $0) }, [0],
    ]

    @Test(arguments: [1, 2, 3, 7, 64, 10_000]) func whateverThePiecesAre(_ piece: Int) throws {
        #expect(try Self.read(Self.stream(Self.chunks), piece: piece) == Self.chunks.flatMap { $0 })
        #expect(try Self.read(Self.stream([]), piece: piece) == [])
    }

    @Test func bytesAsDocumented() {
        let bytes = Self.stream([Array("ab".utf8)])
        #expect(Array(bytes[..<14]) == Array("KJSTRM1\n".utf8) + [0, 0, 0, 2, 97, 98])
        #expect(Array(bytes[14..<26]) == [0, 0, 0, 0] + [0, 0, 0, 0, 0, 0, 0, 2])
        #expect(bytes.count == 26 + 32)
    }

    @Test func largeChunksAreSeveralFrames() throws {
        let large = [UInt8](repeating: 7, count: (5 << 20) / 2)
        let bytes = Self.stream([large])
        #expect(bytes.count == large.count + 8 + 3 * 4 + 44)
        #expect(try Self.read(bytes, piece: 65536) == large)
    }

    @Test func everyTruncationIsNoticed() {
        let bytes = Self.stream(Self.chunks)
        for length in 0..<bytes.count {
            #expect(throws: StreamFramesError.self, "\(length)") {
                try Self.read(Array(bytes.prefix(length)), piece: 64)
            }
        }
    }

    @Test func everyDamageIsNoticed() {
        let bytes = Self.stream(Self.chunks)
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 0x21
            #expect(throws: StreamFramesError.self, "\(place)") { try Self.read(damaged, piece: 64) }
        }
    }

    @Test func whatIsNoStreamIsRefused() {
        #expect(throws: StreamFramesError.notFramed) { try Self.read(TarBytes.layer("a"), piece: 100) }
        #expect(throws: StreamFramesError.oversized(length: 0x7fff_ffff)) {
            try Self.read(Array("KJSTRM1\n".utf8) + [0x7f, 0xff, 0xff, 0xff], piece: 100)
        }
    }

    @Test func aSenderThatGivesUpSaysWhy() {
        var writer = StreamFrameWriter()
        let bytes = writer.frame([1, 2, 3]) + writer.abort(reason: "the layer is damaged")
        #expect(throws: StreamFramesError.aborted(reason: "the layer is damaged")) {
            try Self.read(bytes, piece: 5)
        }
        var silent = StreamFrameWriter()
        #expect(throws: StreamFramesError.aborted(reason: "it did not say why")) {
            try Self.read(silent.abort(reason: ""), piece: 5)
        }
    }

    @Test func nothingIsReadBeyondTheEnd() throws {
        var reader = StreamFrameReader()
        #expect(try reader.take(Self.stream([[1]]) + [9, 9, 9]) == [1])
        #expect(reader.isComplete && reader.received == 1)
    }
}
