internal import DockerEngine

/// What a node says of its own trouble: the last errors of its kubelet and its containerd, and static Pods that crash.
///
/// It is read from what ``script`` prints in the node, so that it does not matter how the node is reached.
struct NodeEvidence: Equatable {
    /// A container of the control plane that has ended more than once.
    struct Crash: Equatable {
        /// Its name, such as `kube-apiserver`.
        var container: String
        /// Its last words.
        var lines: [String]
    }

    /// The last errors of the kubelet, the most telling first.
    var kubelet: [String]
    /// The last error of containerd, if it did not start.
    var containerd: [String]
    /// What of the control plane crashes.
    var crashes: [Crash]

    /// What is run in the node. It needs a shell and journald, and changes nothing.
    static let script = """
        for unit in kubelet containerd; do
          echo "=== $unit $(systemctl is-active $unit 2>/dev/null)"
          journalctl --no-pager --output=cat --unit=$unit --lines=300 2>/dev/null
        done
        for directory in /var/log/pods/kube-system_*/*/; do
          last=$(ls "$directory" 2>/dev/null | sed -n 's/^\\([0-9]*\\)\\.log$/\\1/p' | sort -n | tail -n 1)
          [ "${last:-0}" -gt 0 ] || continue
          echo "=== crash $(basename "$directory")"
          cat "$directory$((last - 1)).log" "$directory$last.log" 2>/dev/null | tail -n 20
        done
        """

    /// Reads what ``script`` printed.
    init(_ output: String) {
        kubelet = []
        containerd = []
        crashes = []
        var sections: [(title: [Substring], lines: [String])] = []
        for line in output.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("=== ") {
                sections.append((line.dropFirst(4).split(separator: " "), []))
            } else if !sections.isEmpty {
                sections[sections.count - 1].lines.append(NodeWatch.withoutColours(line))
            }
        }
        for section in sections {
            switch section.title.first {
            case "kubelet": kubelet = Self.errors(section.lines)
            case "containerd" where section.title.count < 2 || section.title[1] != "active":
                containerd = DaemonLog.failureReason(lines: section.lines).map { [Self.short($0)] } ?? []
            case "crash":
                let lines = section.lines.map(Self.withoutStamp)
                let errors = Self.errors(lines)
                crashes.append(
                    Crash(
                        container: section.title.dropFirst().first.map(String.init) ?? "?",
                        lines: errors.isEmpty ? lines.suffix(2).map(Self.short) : Array(errors.prefix(2))))
            default: break
            }
        }
    }

    /// Whether there is nothing to say.
    var isEmpty: Bool { kubelet.isEmpty && containerd.isEmpty && crashes.isEmpty }

    /// Everything, the most telling first, each line with whose it is.
    var lines: [String] {
        containerd.map { "containerd: \($0)" } + kubelet.prefix(3).map { "kubelet: \($0)" }
            + crashes.flatMap { crash in crash.lines.map { "\(crash.container) crashes: \($0)" } }
    }

    // MARK: - Logs

    /// The errors of a log in klog's form: what ended the program, else its last errors, each once.
    static func errors(_ lines: [String]) -> [String] {
        var fatal: String?
        var errors: [String] = []
        for line in lines {
            if line.hasPrefix("panic: ") || line.hasPrefix("Error: ") || line.hasPrefix("error: ") {
                fatal = line
            } else if let (severity, text) = klog(line) {
                if severity == "F" || text.hasPrefix("\"command failed\"")
                    || text.contains("Failed to run kubelet")
                {
                    fatal = text
                } else if severity == "E" {
                    errors.append(text)
                }
            }
        }
        var seen: Set<String> = []
        // The same error comes again with other numbers.
        let last = errors.reversed().filter { seen.insert($0.filter { !$0.isNumber }).inserted }.prefix(3)
        return ([fatal].compactMap(\.self) + last).map(short)
    }

    /// `E1126 05:22:00.123456     123 server.go:294] text`: the severity and the text.
    private static func klog(_ line: String) -> (Character, String)? {
        guard let severity = line.first, "IWEF".contains(severity), let end = line.firstRange(of: "] "),
            line.dropFirst().prefix(4).allSatisfy(\.isNumber)
        else { return nil }
        return (severity, String(line[end.upperBound...]))
    }

    /// The line of a container without what the runtime puts in front: `2026-11-26T05:22:00.1Z stderr F text`.
    private static func withoutStamp(_ line: String) -> String {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard words.count == 4, words[1] == "stderr" || words[1] == "stdout" else { return line }
        return String(words[3])
    }

    private static func short(_ text: String) -> String {
        text.count > 400 ? text.prefix(400) + "..." : text
    }
}
