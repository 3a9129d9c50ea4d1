import Formats
import Testing
import Values

@Suite struct TOMLTests {
    /// As `containerd config default` of containerd 2 writes it: quotes of both kinds, dots in names.
    @Test func aConfigurationOfContainerdIsRead() throws {
        let value = try JSONValue(
            toml: """
                version = 3 # containerd 2
                imports = ['/etc/containerd/conf.d/*.toml']
                [plugins.'io.containerd.cri.v1.images'.registry]
                  config_path = "/etc/containerd/certs.d"
                [plugins."io.containerd.cri.v1.runtime".containerd]
                  enabled = true
                  ratio = 0.5
                """)
        #expect(
            value == [
                "version": 3, "imports": ["/etc/containerd/conf.d/*.toml"],
                "plugins": [
                    "io.containerd.cri.v1.images": ["registry": ["config_path": "/etc/containerd/certs.d"]],
                    "io.containerd.cri.v1.runtime": ["containerd": ["enabled": true, "ratio": .number(0.5)]],
                ],
            ])
    }

    @Test(
        arguments: [
            ["a": 1, "b": [1, "two", true], "c": ["x.y": ["z": .number(1.5)]], "d": [:]],
            [
                "quotes": "a \"b\" 'c' \\ d", "lines": "a\nb\tc", "unicode": "\u{e4}\u{1f43b}",
                "": "empty name", "control": "\u{1}\u{1b}\u{7f}\u{85}",
            ],
            ["list of tables": [["a": 1], ["b": [["c": 2]]]], "minus": -9_223_372_036_854_775_807],
        ] as [JSONValue])
    func writtenAndReadAgain(_ value: JSONValue) throws {
        #expect(try JSONValue(toml: value.toml()) == value, "\(value.toml())")
    }

    @Test func whatIsUnsetIsLeftOut() throws {
        let value: JSONValue = ["a": .null, "b": 1]
        #expect(try JSONValue(toml: value.toml()) == ["b": 1])
    }

    @Test(arguments: [("a = ", 1), ("a = 1\n[b\n", 2), ("a = 1\na = 2\n", 2), ("a = 1\nb\u{0} = 2", 2)])
    func whatIsNoTOMLIsRefusedWithItsLine(text: String, line: Int) {
        let error = #expect(throws: TOMLSyntaxError.self) { try JSONValue(toml: text) }
        #expect(error?.line == line, "\(error.map { "\($0)" } ?? "")")
    }
}
