import Testing
import Values

struct ShellWordsTests {
    @Test(
        arguments: [
            ("", []), ("  \t\n ", []), ("a b", ["a", "b"]), ("  a   b  ", ["a", "b"]),
            ("'a b' c", ["a b", "c"]),
            ("\"a b\"c", ["a bc"]), ("''", [""]), ("a '' b", ["a", "", "b"]), ("a\\ b", ["a b"]),
            ("'a\\b'", ["a\\b"]),
            ("\"a\\\"b\"", ["a\"b"]), ("--label=x='y z'", ["--label=x=y z"]),
            ("$HOME `x` *", ["$HOME", "`x`", "*"]),
            ("ä 'ö ü'", ["ä", "ö ü"]),
            // Inside double quotes a shell keeps a backslash before any other character.
            ("\"a\\d\"", ["a\\d"]), ("\"a\\\\d\"", ["a\\d"]), ("a\\", ["a\\"]),
        ] as [(String, [String])])
    func words(text: String, expected: [String]) throws {
        #expect(try ShellWords.split(text) == expected)
    }

    @Test(arguments: ["'", "\"", "a 'b", "a \"b\\\"", "'\""])
    func unclosed(text: String) {
        #expect(throws: ShellWords.UnclosedQuote.self) { try ShellWords.split(text) }
    }
}
