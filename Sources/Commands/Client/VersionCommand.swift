internal import ArgumentParser
internal import ClusterSpec
internal import Console
internal import Values

/// `kinkajou version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version.",
        discussion: """
            EXAMPLES
              kinkajou version
              kinkajou version -q          # the number alone
              kinkajou version -o json
            """)

    @Flag(name: .shortAndLong, help: "The number alone.")
    var quiet = false

    @Option(name: .shortAndLong, help: "text or json.")
    var output = Format.text

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    #if arch(x86_64)
        private static let architecture = "amd64"
    #elseif arch(arm64)
        private static let architecture = "arm64"
    #else
        private static let architecture = "unknown"
    #endif

    func run() throws {
        let number = Release.current
        let json: JSONValue = [
            "version": .string(number), "platform": .string("linux/\(Self.architecture)"),
            "podImage": .string(Defaults.podImage), "nodeImage": .string(Defaults.publishedNodeImage),
        ]
        switch output {
        case .json: StandardOutput.write(String(decoding: json.encoded(pretty: true), as: UTF8.self) + "\n")
        case .text:
            StandardOutput.write(quiet ? "\(number)\n" : "kinkajou v\(number) linux/\(Self.architecture)\n")
        }
    }
}
