internal import ArgumentParser

/// Words where a command takes none: most often the name of a cluster, which is an option, as with kind.
struct StrayWords: ParsableArguments, Sendable {
    @Argument(help: .hidden)
    var words: [String] = []

    func validate() throws {
        guard let word = words.first else { return }
        throw ValidationError("\"\(word)\" is not understood here. Did you mean --name \(word)?")
    }
}
