import Foundation
import Testing

@testable import KubernetesAPI

@Suite struct JSONTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(json: Array(text.utf8)) }

    @Test func valuesOfEveryKind() throws {
        let value = try parse(
            #" { "a" : [ 1 , -2.5, 1e3, true, false, null ], "b\n\"\u00e9\ud83d\ude00\/": "ü", "c": {}, "d": [] } "#
        )
        #expect(value["a"] == [1, -2.5, 1000.0, true, false, nil])
        #expect(value["b\n\"é😀/"].string == "ü")
        #expect(value["c"] == [:])
        #expect(value["d"] == [])
    }

    @Test func wholeNumbersStayWhole() throws {
        #expect(try parse("9007199254740993").integer == 9_007_199_254_740_993)
        #expect(try parse("-9223372036854775808").integer == .min)
        #expect(try parse("9223372036854775808") == .number(9_223_372_036_854_775_808))
        #expect(try parse("1.0").integer == 1)
        #expect(try parse("1.5").integer == nil)
        #expect(JSONValue.number(1e300).integer == nil)
    }

    @Test(arguments: [
        "", " ", "{", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "01", "-", "1.", "1e", ".5",
        "tru",
        "nul", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\u{1}\"", "1 2", "[1]]", "+1", "1e999",
    ])
    func whatIsNoJSON(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try parse(text) }
    }

    @Test func deepNestingIsRefused() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: JSONSyntaxError.self) { try parse(text) }
    }

    @Test func halfASurrogateIsReplaced() throws {
        #expect(try parse(#""\ud83dx""#).string == "\u{FFFD}x")
        #expect(try parse(#""\ude00""#).string == "\u{FFFD}")
        #expect(try parse(#""\ud83d\u0041""#).string == "\u{FFFD}A")
    }

    /// What Foundation reads and writes, this reads and writes in the same way.
    @Test func agreesWithFoundation() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let value = Self.random(depth: 0, using: &generator)
            #expect(try JSONValue(json: value.encoded()) == value)
            #expect(try JSONValue(json: value.encoded(pretty: true)) == value)
            #expect(try JSONDecoder().decode(JSONValue.self, from: Data(value.encoded())) == value)
            #expect(try JSONValue(json: Array(JSONEncoder().encode(value))) == value)
        }
    }

    static func random(depth: Int, using generator: inout some RandomNumberGenerator) -> JSONValue {
        func text() -> String {
            let alphabet: [Character] = [
                "a", "é", "\n", "\"", "\\", "/", "😀", "\t", "\u{1}", " ", ":", "#", "-", "0",
            ]
            return String(
                (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                })
        }
        switch Int.random(in: 0...(depth < 4 ? 7 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer(.random(in: .min ... .max, using: &generator))
        case 3: return .number(Double.random(in: -1...1, using: &generator) + 0.123)
        case 4, 5: return .string(text())
        case 6:
            return .array(
                (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                    random(depth: depth + 1, using: &generator)
                })
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                members[text()] = random(depth: depth + 1, using: &generator)
            }
            return .object(members)
        }
    }

    @Test func membersAreReadAndWritten() {
        var value: JSONValue = ["a": ["b": 1], "list": [1, 2]]
        #expect(value["a"]["b"].integer == 1)
        #expect(value["x"]["y"].isNull)
        #expect(value["list"][1].integer == 2)
        #expect(value["list"][2].isNull)
        #expect(value["list"][-1].isNull)
        value["a"]["c"]["d"] = "e"
        value["list"]["no list any more"] = true
        #expect(value == ["a": ["b": 1, "c": ["d": "e"]], "list": ["no list any more": true]])
        #expect(value.remove("list") == ["no list any more": true])
        #expect(value.object.count == 1)
    }

    @Test func encodingIsSorted() {
        let value: JSONValue = ["b": 1, "a": ["x\"\n": nil]]
        #expect(String(decoding: value.encoded(), as: UTF8.self) == #"{"a":{"x\"\n":null},"b":1}"#)
        #expect(
            String(decoding: value.encoded(pretty: true), as: UTF8.self)
                == "{\n  \"a\": {\n    \"x\\\"\\n\": null\n  },\n  \"b\": 1\n}")
    }
}

@Suite struct YAMLTests {
    /// As `kubectl create --dry-run=client -o json` reads them.
    @Test func scalarsHaveTheTypesOfKubectl() throws {
        let value = try JSONValue(
            yaml: """
                octal: 0644
                hexadecimal: 0x1F
                truth: yes
                off: off
                date: 2024-01-01
                time: 12:30:45
                quoted: "123"
                single: 'true'
                tagged: !!str 123
                float: 1.5
                exponent: 1e3
                version: 1.20.2
                nothing:
                tilde: ~
                text: hello world
                block: |
                  a
                  b
                plus: +5
                underscore: 1_000
                """)
        #expect(value["octal"] == 420)
        #expect(value["hexadecimal"] == 31)
        #expect(value["truth"] == true)
        // The name is a string all the same.
        #expect(value["off"] == false)
        #expect(value["date"] == "2024-01-01")
        #expect(value["time"] == "12:30:45")
        #expect(value["quoted"] == "123")
        #expect(value["single"] == "true")
        #expect(value["tagged"] == "123")
        #expect(value["float"] == 1.5)
        #expect(value["exponent"] == 1000.0)
        #expect(value["version"] == "1.20.2")
        #expect(value["nothing"] == .null)
        #expect(value["tilde"] == .null)
        #expect(value["text"] == "hello world")
        #expect(value["block"] == "a\nb\n")
        #expect(value["plus"] == 5)
        #expect(value["underscore"] == 1000)
    }

    @Test func documentsAreSeparated() throws {
        let documents = try JSONValue.documents(yaml: "---\na: 1\n---\n# nothing\n---\n- b\n")
        #expect(documents == [["a": 1], ["b"]])
        #expect(throws: YAMLSyntaxError.self) { try JSONValue(yaml: "a: 1\n---\nb: 2\n") }
        #expect(try JSONValue(yaml: "") == .null)
    }

    @Test func anchorsAndMerges() throws {
        let value = try JSONValue(yaml: "base: &b {x: 1, y: 2}\nown:\n  <<: *b\n  y: 3\n")
        #expect(value["own"] == ["x": 1, "y": 3])
    }

    @Test(arguments: ["a: [", "a: 1\na: 2", "\t- x", "a: *nowhere", "? [1]\n: 2"])
    func whatCannotBeUsed(_ text: String) {
        #expect(throws: YAMLSyntaxError.self) { try JSONValue(yaml: text) }
    }

    @Test func aliasesCannotBlowUp() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            text +=
                "a\(level): &a\(level) ["
                + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
        }
        #expect(throws: YAMLSyntaxError.self) { try JSONValue(yaml: text) }
    }

    @Test func errorsShowNothingOfTheText() {
        let error = #expect(throws: YAMLSyntaxError.self) { try JSONValue(yaml: "token: \"S3CRET\n") }
        #expect(error?.description.contains("S3CRET") == false)
    }

    /// What is written is read again as it was, by this and with kubectl's rules.
    @Test func writtenAndReadAgain() throws {
        let strings = [
            "", "yes", "no", "on", "null", "~", "true", "1", "0644", "1.5", "1e3", "12:30:45", "2024-01-01",
            "a: b",
            "- x", "# c", " leading", "trailing ", "multi\nline\n", "multi\nline", "\n\nx", "tab\there",
            "quote\"'", "{x}",
            "[x]", "*a", "&a", "!x", "%x", "@x", "`x", "|", ">", "=", "<<", ".inf", ".5", "+1", "-", "é😀",
            "\u{1}", "y",
            "  a\nb", "a\n\n\nb\n\n", "0x1F", "1_000", "nan", ".nan", "a:", "?", "? x",
            String(repeating: "long words ", count: 40),
        ]
        for string in strings {
            let value: JSONValue = ["k": .string(string), "list": [.string(string), ["x": .string(string)]]]
            #expect(try JSONValue(yaml: value.yaml()) == value, "\(string.debugDescription): \(value.yaml())")
            let asKey: JSONValue = .object([string: 1])
            #expect(try JSONValue(yaml: asKey.yaml()) == asKey, "\(asKey.yaml())")
        }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<100 {
            let value = JSONTests.random(depth: 0, using: &generator)
            if value.isNull { continue }
            #expect(try JSONValue(yaml: value.yaml()) == value, "\(value.yaml())")
        }
    }
}
