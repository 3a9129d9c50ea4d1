/// Options that may stand anywhere, as with kind: before the subcommand, and `-v` without a number. The words of a
/// command line become those that the parser understands. Pure.
enum GlobalWords {
    /// Those that have a value.
    private static let valued: Set = ["-v", "--verbosity", "--log-format"]
    /// Commands that take somebody's command.
    private static let takers: Set = ["exec", "run", "dind", "cluster", "pipe"]
    /// Those that have none.
    private static let flags: Set = ["-q", "--quiet"]

    /// - Parameters:
    ///   - words: The arguments, without the program's name.
    ///   - subcommands: The names below a path of subcommands; empty where there are none.
    static func arranged(_ words: [String], subcommands: ([String]) -> [String]) -> [String] {
        var rest = words[...]
        var leading: [String] = []
        while let word = rest.first, let option = option(at: rest) {
            leading += option.words
            rest = rest.dropFirst(option.count)
            if word == "--" { break }
        }
        var path: [String] = []
        while let word = rest.first, subcommands(path).contains(word) {
            path.append(word)
            rest = rest.dropFirst()
        }
        guard let name = path.last else { return words }
        // Where somebody's command begins without `--`, nobody knows whose a later `-v` is.
        let isOpen =
            takers.contains(name) && path.first != "create" && path.first != "delete" && !rest.contains("--")
        return path + leading + (isOpen ? Array(rest) : numbered(rest))
    }

    /// The option that words begin with, with a number where it needs one.
    private static func option(at words: ArraySlice<String>) -> (words: [String], count: Int)? {
        guard let word = words.first else { return nil }
        if flags.contains(word) { return ([word], 1) }
        let name = word.prefix { $0 != "=" }
        if name.count < word.count, valued.contains(String(name)) { return ([word], 1) }
        guard valued.contains(word) else { return nil }
        let next = words.dropFirst().first
        if word == "-v", next.flatMap({ Int($0) }) == nil { return (["-v", "1"], 1) }
        return ([word] + (next.map { [$0] } ?? []), next == nil ? 1 : 2)
    }

    /// The words with a number after each `-v` that has none; what follows `--` is somebody else's.
    private static func numbered(_ words: ArraySlice<String>) -> [String] {
        var result: [String] = []
        var rest = words
        while let word = rest.first, word != "--" {
            rest = rest.dropFirst()
            result.append(word)
            if word == "-v", rest.first.flatMap({ Int($0) }) == nil { result.append("1") }
        }
        return result + rest
    }
}
