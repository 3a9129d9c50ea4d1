import Formats
import Foundation
import KubernetesTestSupport
import Testing
import Values

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
            let value = randomJSON(depth: 0, using: &generator)
            if value.isNull { continue }
            #expect(try JSONValue(yaml: value.yaml()) == value, "\(value.yaml())")
        }
    }
}
