internal import ArgumentParser
internal import ClusterSpec
internal import Console
internal import Linux
internal import Values

/// `kinkajou version`.
struct VersionCommand: AsyncCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version, what it brings, and what it knows.",
        discussion: """
            The first line is the tool's own. The others are of the programs on PATH that make clusters, asked for their \
            versions, and of what is known of Kubernetes: docs/compatibility.md says what was seen to work.

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

    /// The programs that make clusters, with what prints their versions.
    private static let programs = [
        ("kind", ["version"]), ("kubectl", ["version", "--client"]), ("dockerd", ["--version"]),
        ("containerd", ["--version"]), ("runc", ["--version"]),
    ]

    func runToExitStatus() async throws -> Int32 {
        let number = Release.current
        let platform = "linux/\(Self.architecture)"
        if quiet, output == .text {
            StandardOutput.write("\(number)\n")
            return 0
        }
        var found: [(name: String, version: String?)] = []
        for (program, arguments) in Self.programs {
            found.append((program, await Self.version(of: program, arguments)))
        }
        let oldest = KubernetesVersion.oldestSupported
        let newest = KubernetesVersion.newestKnown
        switch output {
        case .json:
            let brings = found.map { ($0.name, $0.version.map(JSONValue.string) ?? .null) }
            let json: JSONValue = [
                "version": .string(number), "platform": .string(platform),
                "podImage": .string(Defaults.podImage), "nodeImage": .string(Defaults.publishedNodeImage),
                "programs": .object(Dictionary(uniqueKeysWithValues: brings)),
                "kubernetes": [
                    "oldest": .string("\(oldest.major).\(oldest.minor)"),
                    "newest": .string("\(newest.major).\(newest.minor)"),
                ],
                "kubeadm": .array(KubeadmAPI.allCases.map { .string($0.apiVersion) }),
            ]
            StandardOutput.write(String(decoding: json.encoded(pretty: true), as: UTF8.self) + "\n")
        case .text:
            let brings = found.map { "\($0.name) \($0.version ?? "is not on PATH")\n" }
            StandardOutput.write(
                "kinkajou v\(number) \(platform)\n\(brings.joined())Pod image \(Defaults.podImage)\n"
                    + "node image \(Defaults.publishedNodeImage), unless an archive brings one\nKubernetes \(oldest.major).\(oldest.minor) to "
                    + "\(newest.major).\(newest.minor), kubeadm \(KubeadmAPI.allCases.map(\.rawValue).joined(separator: ", "))\n"
            )
        }
        return 0
    }

    /// The version that a program says it has; nil: it is not there, or says none.
    private static func version(of program: String, _ arguments: [String]) async -> String? {
        let result = try? await CapturedProgram.run(
            ChildRequest(executable: program, arguments: arguments, environment: Environment.all()),
            timeout: .seconds(5))
        return result.flatMap { version(in: $0.output) }
    }

    /// The first version in what a program prints: `kind v0.33.0 go1.26`, `Docker version 26.1.5+dfsg1, build a72d7cd`.
    static func version(in output: String) -> String? {
        output.split(whereSeparator: { $0.isWhitespace || $0 == "," }).lazy.map(String.init).first { word in
            let number = word.hasPrefix("v") ? word.dropFirst() : word[...]
            return number.first?.isNumber == true && number.contains(".")
        }
    }
}
