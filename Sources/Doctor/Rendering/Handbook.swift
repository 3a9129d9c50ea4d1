/// docs/doctor.md, which is made from the checks.
public enum Handbook {
    /// The whole page.
    public static func page(_ checks: [Check] = Check.all) -> String {
        var lines = introduction.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for area in Area.allCases {
            let members = checks.filter { $0.area == area }
            guard !members.isEmpty else { continue }
            lines += ["", "## \(area.title)", ""]
            lines += members.flatMap { section($0) }
            lines.removeLast()
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func section(_ check: Check) -> [String] {
        // The heading is the identifier alone, so that its anchor is.
        var lines = ["### \(check.id)", "", "**\(check.title).** \(check.why)", "", check.explanation, ""]
        lines += ["Cure: \(check.cure).", ""]
        var notes: [String] = []
        if check.purposes != Set(Purpose.allCases) {
            let names = Purpose.allCases.filter(check.purposes.contains).map { "`--for \($0.rawValue)`" }
            notes.append("Only with \(names.joined(separator: " or ")).")
        }
        if check.isSlow, check.target == .here { notes.append("Takes time: not made before a start.") }
        if !check.symptoms.isEmpty {
            notes.append("Seen as: " + check.symptoms.map { "`\($0)`" }.joined(separator: ", ") + ".")
        }
        if !check.references.isEmpty {
            notes.append("More: " + check.references.joined(separator: ", ") + ".")
        }
        if !notes.isEmpty { lines += [notes.joined(separator: " "), ""] }
        return lines
    }

    private static let introduction = """
        <!-- Made by `kinkajou doctor --list --output markdown`. Change the checks under Sources/Doctor, not this page. -->
        # `kinkajou doctor`: why a nested cluster would fail here, before it does

        `kinkajou doctor` looks at a container or machine (`--target here`, the default), at a local Docker engine
        (`--target docker`) or at a host cluster (`--target kubernetes`), and says what would go wrong with a nested Docker
        engine (`--for dind`), a cluster in one (`--for cluster`, the default), or a cluster whose node is the container
        itself (`--for node`: `--engine node`): what was found and where, why it matters, and the cure. It changes nothing.

            docker run --rm --privileged --entrypoint kinkajou kinkajou/pod doctor

        | option | what it does |
        | --- | --- |
        | `-o text`, `json`, `junit` | the format; the schema of the JSON has a number, and members are only ever added |
        | `--all` | with `-o text`: also what is as it should be |
        | `--check ID` | only this check; may be given more than once |
        | `--strict` | warnings count as errors |
        | `--probe` | with `--target docker`: also run the checks in a container of the image; with `--target kubernetes`: in a Pod on each node, or on `--nodes N` of them |

        It takes the options and variables of `kinkajou dind` that shape the plan (`--data-root`, `--mtu`,
        `--registry-mirror`, `DOCKERD_BIP`...), and sees what would become of them.

        Exit status: 0 when nothing is an error, 1 when something is (with `--strict`, or a warning), 2 for bad options.

        `kinkajou dind` and `kinkajou cluster` make the fast checks before they start, and name what they find on stderr,
        without ending because of it; `kinkajou create cluster` does so with those of the host cluster. When they fail
        later, they name the check that explains the failure.

        Severities: `error`: it cannot work. `warning`: it may fail, or works with a loss. `info`: worth knowing; Kinkajou
        deals with it by itself, or it costs something. `ok`: as it should be.
        """
}
