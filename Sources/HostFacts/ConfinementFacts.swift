/// What holds this process back beside capabilities and seccomp.
public struct ConfinementFacts: Sendable, Equatable, Codable {
    /// The label of the security module (`/proc/self/attr/current`), such as `docker-default (enforce)`; nil
    /// where there is none.
    public var label: String?
    /// Whether programs that would raise privileges cannot (`NoNewPrivs` of `/proc/self/status`).
    public var noNewPrivileges: Bool
    /// Whether keyctl(2) is refused, by a seccomp filter: runc gives each container a session keyring.
    public var refusesKeyrings: Bool

    /// Facts from their parts.
    public init(label: String? = nil, noNewPrivileges: Bool = false, refusesKeyrings: Bool = false) {
        self.label = label
        self.noNewPrivileges = noNewPrivileges
        self.refusesKeyrings = refusesKeyrings
    }

    /// The facts from `/proc/self/attr/current` and `/proc/self/status`.
    public static func parse(attribute: String, status: String) -> ConfinementFacts {
        let label = attribute.split(whereSeparator: { $0 == "\n" || $0 == "\0" }).first.map(String.init)
        let line = status.split(separator: "\n").first { $0.hasPrefix("NoNewPrivs:") }
        return ConfinementFacts(label: label, noNewPrivileges: line?.hasSuffix("1") ?? false)
    }

    /// The AppArmor profile that is enforced; nil where none is.
    public var enforcedProfile: String? {
        guard let label, label.hasSuffix(" (enforce)") else { return nil }
        return String(label.dropLast(" (enforce)".count))
    }
}
