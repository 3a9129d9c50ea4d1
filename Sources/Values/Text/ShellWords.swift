/// Splits a variable such as `DOCKER_ARGS` into words as a shell would, without any expansion: blanks
/// separate, single and double quotes join, a backslash takes the next character as it is (between double
/// quotes only one of `"`, `\`, `$` and a backquote).
public enum ShellWords {
    /// A quote that was never closed.
    public struct UnclosedQuote: Error, Equatable, CustomStringConvertible {
        /// The quote's character.
        public var quote: Character
        /// What is wrong, in a sentence.
        public var description: String { "a \(quote) is never closed" }
    }

    /// The words of a text.
    public static func split(_ text: String) throws(UnclosedQuote) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var escaped = false
        for character in text {
            if escaped {
                // Between double quotes a backslash is one, but before what it can protect there.
                let isKept = quote == "\"" && !"\"\\$`".contains(character)
                word = (word ?? "") + (isKept ? "\\" : "") + String(character)
                escaped = false
            } else if character == "\\" && quote != "'" {
                escaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == " " || character == "\t" || character == "\n" {
                if let finished = word { words.append(finished) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let quote { throw UnclosedQuote(quote: quote) }
        if escaped { word = (word ?? "") + "\\" }
        if let finished = word { words.append(finished) }
        return words
    }
}
