/// What Kubernetes' own programs write: lines of klog, `E1126 05:22:00.123456     123 server.go:294] text`
/// (<https://github.com/kubernetes/klog>).
public enum Klog {
    /// The errors of a log: what ended the program, else its last errors, each once.
    public static func errors(_ lines: [String]) -> [String] {
        var fatal: String?
        var errors: [String] = []
        for line in lines {
            if line.hasPrefix("panic: ") || line.hasPrefix("Error: ") || line.hasPrefix("error: ") {
                fatal = line
            } else if let (severity, text) = parts(line) {
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

    /// A line that is short enough to be shown.
    public static func short(_ text: String) -> String {
        text.count > 400 ? text.prefix(400) + "..." : text
    }

    /// The severity and the text.
    private static func parts(_ line: String) -> (Character, String)? {
        guard let severity = line.first, "IWEF".contains(severity), let end = line.firstRange(of: "] "),
            line.dropFirst().prefix(4).allSatisfy(\.isNumber)
        else { return nil }
        return (severity, String(line[end.upperBound...]))
    }
}
