internal import HostFacts

extension Check {
    static let machineID = Check(
        "machine-id", "The machine-id is in order", area: .system,
        why: "Nodes with the same machine-id, or a broken one, are taken for one, or do not boot.",
        explanation: """
            `/etc/machine-id`: 32 hexadecimal digits, or nothing. Nested nodes make their own; a broken one in an image that \
            nodes are made from is copied.
            """,
        cure: "rm /etc/machine-id; systemd-machine-id-setup",
        references: ["machine-id(5)"],
        purposes: Purpose.withKubernetes
    ) { facts in
        let source = "/etc/machine-id"
        switch facts.host.identity.machineID {
        case .valid: return [.ok("valid", from: source)]
        case .absent: return [.ok("none, as in most containers", from: source)]
        case .malformed:
            return [
                .warning(
                    "not 32 hexadecimal digits", from: source)
            ]
        }
    }
}
