internal import Linux

/// What the containers of the control plane have written, when the API server cannot be asked.
enum ContainerLogs {
    private static let directory = "/var/log/pods"

    /// The last lines of each container's newest log.
    static func lastLines(count: Int = 4) -> [String] {
        var lines: [String] = []
        for pod in Files.directories(in: directory).sorted() {
            for container in Files.directories(in: "\(directory)/\(pod)").sorted() {
                let path = "\(directory)/\(pod)/\(container)"
                guard let newest = Files.names(in: path).max(),
                    let text = try? Files.read("\(path)/\(newest)")
                else { continue }
                lines.append("\(container):")
                lines += text.split(separator: "\n").suffix(count).map { "  \($0.prefix(300))" }
            }
        }
        return lines
    }
}
