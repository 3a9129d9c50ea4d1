import Foundation
import KubernetesTestSupport
import Testing
import Values

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
            let value = randomJSON(depth: 0, using: &generator)
            #expect(try JSONValue(json: value.encoded()) == value)
            #expect(try JSONValue(json: value.encoded(pretty: true)) == value)
            #expect(try JSONDecoder().decode(JSONValue.self, from: Data(value.encoded())) == value)
            #expect(try JSONValue(json: Array(JSONEncoder().encode(value))) == value)
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

    @Test(arguments: [
        ("[]", true), ("[1, -0.5e+3, \"a\\u00e9\\n\", {\"a\": null}]", true), (" {} ", true), ("", false),
        ("[1,]", false), ("{a: 1}", false),
        ("'a'", false), ("01", false), ("[1] x", false), ("\"\\x\"", false), ("[\"a\nb\"]", false),
        ("tru", false), ("-", false),
    ])
    func whatIsNoJSONIsRefused(text: String, isValid: Bool) {
        #expect(((try? JSONValue(json: Array(text.utf8))) != nil) == isValid)
    }
}
