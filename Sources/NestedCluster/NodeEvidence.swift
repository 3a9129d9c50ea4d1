internal import DockerEngine
internal import EngineHost

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

        /// One with its last words.
        init(container: String, lines: [String]) {
            self.container = container
            self.lines = lines
        }

        /// Finds the last words in a container's log: its errors, or else its last lines.
        init(container: String, log: [String]) {
            let lines = log.map(NodeEvidence.withoutStamp)
            let errors = Klog.errors(lines)
            self.init(
                container: container,
                lines: errors.isEmpty ? lines.suffix(2).map(Klog.short) : Array(errors.prefix(2)))
        }
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

    /// Evidence from its parts.
    init(kubelet: [String], containerd: [String], crashes: [Crash]) {
        self.kubelet = kubelet
        self.containerd = containerd
        self.crashes = crashes
    }

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
            case "kubelet": kubelet = Klog.errors(section.lines)
            case "containerd" where section.title.count < 2 || section.title[1] != "active":
                containerd = DaemonLog.failureReason(lines: section.lines).map { [Klog.short($0)] } ?? []
            case "crash":
                crashes.append(
                    Crash(
                        container: section.title.dropFirst().first.map(String.init) ?? "?",
                        log: section.lines))
            default: break
            }
        }
    }

    /// Whether there is nothing to say.
    var isEmpty: Bool { kubelet.isEmpty && containerd.isEmpty && crashes.isEmpty }

    /// Everything, the most telling first, each line with whose it is.
    ///
    /// - Parameter node: What is put in front of each line; nil: nothing.
    func failure(of node: String? = nil) -> FailureEvidence {
        FailureEvidence(
            lines.map { line in node.map { "\($0): \(line)" } ?? line }, crashing: crashes.map(\.container))
    }

    private var lines: [String] {
        containerd.map { "containerd: \($0)" } + kubelet.prefix(3).map { "kubelet: \($0)" }
            + crashes.flatMap { crash in crash.lines.map { "\(crash.container) crashes: \($0)" } }
    }

    // MARK: - Logs

    /// The line of a container without what the runtime puts in front: `2026-11-26T05:22:00.1Z stderr F text`.
    fileprivate static func withoutStamp(_ line: String) -> String {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard words.count == 4, words[1] == "stderr" || words[1] == "stdout" else { return line }
        return String(words[3])
    }
}
