/// TCP ports that somebody listens on.
public enum ListeningPorts {
    /// The ports in a `/proc/net/tcp` or `/proc/net/tcp6` text (proc_net_tcp(5)): state 0A is listening.
    public static func parse(_ text: String) -> [Int] {
        var ports: Set<Int> = []
        for line in text.split(separator: "\n").dropFirst() {
            let words = line.split(separator: " ")
            guard words.count > 3, words[3] == "0A", let port = words[1].split(separator: ":").last else {
                continue
            }
            if let port = Int(port, radix: 16) { ports.insert(port) }
        }
        return ports.sorted()
    }
}
