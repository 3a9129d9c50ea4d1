/// What kind says when it fails, without the command lines, the boot log and the stack traces that it says it with.
struct KindFailure: Equatable {
    /// kind's own error, in a line.
    var summary: String
    /// What the program that it ran said: kubeadm's errors.
    var details: [String]

    /// Reads the lines that kind wrote beside its progress.
    init(messages: [String]) {
        let start = messages.lastIndex { $0.hasPrefix("ERROR: ") }
        summary = start.map { Self.withoutCommand(String(messages[$0].dropFirst("ERROR: ".count))) } ?? ""
        let output = start.map { messages[($0 + 1)...] } ?? messages[...]
        details = Self.errors(
            output.map {
                $0.hasPrefix("Command Output: ") ? String($0.dropFirst("Command Output: ".count)) : $0
            })
    }

    /// `failed to init node with kubeadm: command "docker exec ..." failed with error: exit status 1`.
    private static func withoutCommand(_ text: String) -> String {
        guard let start = text.firstRange(of: ": command \""),
            let end = text.firstRange(of: "\" failed with error")
        else {
            return text
        }
        return String(text[..<start.lowerBound])
            + text[end.upperBound...]
    }

    /// The lines that say what went wrong: kubeadm's own checks, or else what is left at the end without progress and
    /// stack trace.
    private static func errors(_ lines: [String]) -> [String] {
        let checks = lines.filter { $0.drop { $0.isWhitespace }.hasPrefix("[ERROR ") }
        var seen: Set<String> = []
        let said = lines.filter { line in !isNoise(line) && seen.insert(line).inserted }
        return (checks.isEmpty ? Array(said.suffix(5)) : checks).map { String($0.prefix(400)) }
    }

    /// How the advice begins that kubeadm gives with each failure, to people who are in the node.
    private static let advice = [
        "- '", "A control plane component may have crashed", "Additionally, a control plane component",
        "Here is one example how you may list", "If you are on a systemd-powered system",
        "Once you have found the failing container", "This error is likely caused by", "- The kubelet is ",
        "To troubleshoot, list all containers", "Unfortunately, an error has occurred",
    ]

    private static func isNoise(_ line: String) -> Bool {
        let text = line.drop { $0.isWhitespace }
        if text.hasPrefix("["), text.contains("is not healthy after") { return false }
        if advice.contains(where: text.hasPrefix) { return true }
        // A frame of a stack trace: a function, and its file in the line below, indented.
        if line.hasPrefix("\t") || line.hasSuffix(")") && text.contains("/") && !text.contains(" ") {
            return true
        }
        if ["k8s.io/", "github.com/", "sigs.k8s.io/", "main.main", "runtime.", "goroutine ", "Stack Trace"]
            .contains(where: text.hasPrefix)
        {
            return true
        }
        // kubeadm's progress, and klog's lines below errors.
        if let severity = text.first, "IW".contains(severity),
            text.dropFirst().prefix(4).allSatisfy(\.isNumber)
        {
            return true
        }
        return text.isEmpty || text.first == "[" || text.hasPrefix("To see the stack trace")
    }
}
