import Testing

@testable import OCIRuntime

@Suite struct JSONScannerTests {
    /// Whether the two ways through the scanner accept the text; they must agree.
    private func accepts(_ text: [UInt8]) -> Bool {
        var scanner = JSONScanner(text)
        let skipped = (try? scanner.skipValue()) != nil
        let walked = (try? SpecDemands(config: text)) != nil
        #expect(skipped == walked)
        return skipped
    }

    @Test(arguments: [
        "{}", "[]", " \t\r\n{ } ", "0", "-0", "1e400", "-1.5E+7", "10.00", "true", "false", "null", #""""#,
        #""\"\\\/\b\f\n\r\t\u00e9\uD800""#, #"{"process":{"a":[1,{"b":null}]},"process":7}"#,
        "\"\u{7F}\u{FEFF}\"",
        // One value is read, what follows is not looked at; so does Go's decoder.
        "{} x", "[]]", "1 2", "0123", "nullx",
    ])
    func accepts(text: String) {
        #expect(accepts(Array(text.utf8)))
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "]", ",", ":", "{]", "[}", "[1,]", "[,1]", "[1 2]", "{,}", #"{"a"}"#,
        #"{"a":}"#,
        #"{"a":1,}"#, #"{"a":1 "b":2}"#, "{a:1}", "{1:2}", "{null:1}", "'a'", "+1", ".5", "-", "1.", "1.e5",
        "1e", "1e+",
        "-x", "tru", "fals", "nul", "True", "NaN", "Infinity", #"""#, #""\"#, #""\x""#, #""\u12""#,
        #""\u12G4""#,
        "\"a\nb\"", "\"\u{0}\"", "\u{0}", "{\"a\":\u{0}}", "\u{FEFF}{}", "// c\n{}", "{} ".reversedText,
        "[1,\u{C}2]",
    ])
    func rejects(text: String) {
        #expect(!accepts(Array(text.utf8)))
    }

    @Test(
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x84], [0xC5], [0xE2]] as [[UInt8]])
    func bytesThatAreNoTextAreFineInStringsOnly(bytes: [UInt8]) {
        let quote = [UInt8(ascii: "\"")]
        #expect(accepts(quote + bytes + quote))
        #expect(
            accepts(Array("{\"".utf8) + bytes + Array("\":{\"process\":\"".utf8) + bytes + Array("\"}}".utf8))
        )
        #expect(!accepts(bytes))
        #expect(!accepts([UInt8(ascii: "[")] + bytes + [UInt8(ascii: "]")]))
    }

    @Test func aConfigCutOffAnywhereIsRejected() {
        let text = SampleConfig.privileged
        #expect(accepts(text))
        for length in 0..<text.count {
            #expect(!accepts(Array(text[..<length])), "\(length) bytes")
        }
    }

    @Test(arguments: [("[", "]"), ("{\"a\":", "}"), ("{\"process\":", "}"), ("[{\"rlimits\":[", "]}]")])
    func nestingIsBounded(open: String, close: String) {
        let levels = open.count { $0 == "[" || $0 == "{" }
        func nested(_ depth: Int) -> [UInt8] {
            let repeats = depth / levels
            return Array(String(repeating: open, count: repeats).utf8) + [UInt8(ascii: "1")]
                + Array(String(repeating: close, count: repeats).utf8)
        }
        let deepest = JSONScanner.deepest - JSONScanner.deepest % levels
        #expect(accepts(nested(deepest)))
        #expect(!accepts(nested(deepest + levels)))
        #expect(!accepts(nested(100_000)))
        #expect(!accepts(Array(String(repeating: open, count: 50_000).utf8)))
    }

    @Test func namesAreDecodedAndFolded() {
        func folded(_ string: String) -> String {
            let text = Array(string.utf8)
            return String(decoding: JSONScanner(text).foldedName(0..<text.count), as: UTF8.self)
        }
        #expect(folded(#""PrOcess""#) == "process")
        #expect(folded(#""\u0070roce\u017fs""#) == "process")
        #expect(folded("\"\u{212A}\u{17F}\"") == "ks")
        #expect(folded(#""\u212a\n\/\\""#) == "k\n/\\")
        #expect(folded("\"p\u{FC}\"") == "p\0\0")
        #expect(folded(#""\u0000""#) == "\0")
        #expect(folded(#""""#) == "")
    }

    @Test func saysWhereTheErrorIs() {
        #expect(throws: JSONSyntaxError(offset: 5)) { try SpecDemands(config: Array("{\"a\":}".utf8)) }
        #expect(throws: JSONSyntaxError(offset: 1)) { try SpecDemands(config: Array("{".utf8)) }
    }
}

extension String {
    fileprivate var reversedText: String { String(reversed()) }
}
