/// PID 1 of this PID namespace, which the kernel gives no signal to that it does not take.
public struct InitFacts: Sendable, Equatable, Codable {
    /// Its name, such as `sh`.
    public var name: String
    /// Whether it takes SIGTERM: catches it, or waits for it blocked.
    public var takesTermination: Bool

    /// Facts from their parts.
    public init(name: String, takesTermination: Bool) {
        self.name = name
        self.takesTermination = takesTermination
    }

    /// Those that wait for signals with sigtimedwait(2): while they do, the kernel takes these signals out of the mask
    /// that `/proc` shows (`blocked`; `real_blocked` is not shown).
    private static let knownInits: Set<String> = [
        "kinkajou", "kinkajou-init", "tini", "docker-init", "catatonit", "systemd",
    ]

    /// Reads `/proc/1/status` (proc_pid_status(5)): bit n-1 of a mask is signal n.
    public static func parse(_ status: String) -> InitFacts? {
        var fields: [Substring: Substring] = [:]
        for line in status.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0]] = parts[1].drop { $0 == "\t" || $0 == " " } }
        }
        guard let name = fields["Name"] else { return nil }
        let termination: UInt64 = 1 << 14
        let taken = ["SigBlk", "SigCgt"].contains { mask in
            fields[Substring(mask)].flatMap { UInt64($0, radix: 16) }.map { $0 & termination != 0 } ?? false
        }
        return InitFacts(name: String(name), takesTermination: taken || knownInits.contains(String(name)))
    }
}
