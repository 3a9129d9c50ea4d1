public import HostFacts
internal import Values

/// Decides whether a user namespace other than the machine's own will do, and names the line of a manifest that gives
/// what is missing.
enum UserNamespacePlanner {
    struct Outcome {
        var decisions: [Decision] = []
        var problems: [Problem] = []
    }

    static func plan(_ facts: HostFacts) -> Outcome {
        guard let namespace = facts.userNamespace else { return Outcome() }
        var outcome = Outcome()
        outcome.decisions.append(
            Decision(
                "user namespace", "\(namespace.userCount) users",
                because: "root in here is another user outside: nothing of the node is asked for"))
        for lack in UserNamespaceLack.all(namespace, layout: facts.cgroupLayout) {
            outcome.problems.append(
                lack.isFatal
                    ? .error(.userNamespace, lack.found, cure: lack.cure, code: .privilegeMissing)
                    : .warning(.userNamespace, lack.found, cure: lack.cure))
        }
        return outcome
    }
}

/// Something that a user namespace lacks for an engine.
public struct UserNamespaceLack: Sendable, Equatable {
    /// What, and how it shows.
    public var found: String
    /// The lines of a manifest, or the options of Docker, that give it.
    public var cure: String
    /// Whether no nested container can run without it.
    public var isFatal: Bool

    /// The users of an image that has a user `nobody` with the usual number, and all below it.
    static let usualUserCount = 65536

    /// All of it, the worst first.
    public static func all(_ facts: UserNamespaceFacts, layout: CgroupLayout) -> [UserNamespaceLack] {
        var lacks: [UserNamespaceLack] = []
        if let failure = facts.cgroupFailure {
            lacks.append(
                UserNamespaceLack(
                    found:
                        "the own cgroup is not this user namespace's (\(failure)), so nested containers can have none",
                    cure:
                        "in a Pod: runtimeClassName: NAME of a handler with containerd's cgroup_writable = true, or the"
                        + " annotation io.kubernetes.cri-o.cgroup2-mount-hierarchy-rw: \"true\" with CRI-O, and no"
                        + " privileged: true (it gives the node's cgroup namespace); with dockerd --userns-remap:"
                        + " cgroup v2, the systemd cgroup driver and --cgroupns=private",
                    isFatal: true))
        }
        if let reason = facts.failures[.proc] {
            lacks.append(
                UserNamespaceLack(
                    found: "/proc cannot be mounted anew, as each nested container does: \(reason)",
                    cure: "in a Pod: securityContext: {procMount: Unmasked}; docker run"
                        + " --security-opt systempaths=unconfined",
                    isFatal: true))
        }
        // Where the own cgroup is the root of what is mounted, nothing is mounted anew.
        if let reason = facts.failures[.cgroups], layout.hierarchies.contains(where: { $0.ownPath != "/" }) {
            lacks.append(
                UserNamespaceLack(
                    found: "cgroup2 cannot be mounted anew in a cgroup namespace: \(reason)",
                    cure: "in a Pod: securityContext: {seccompProfile: {type: Unconfined}}; docker run"
                        + " --security-opt seccomp=unconfined",
                    isFatal: false))
        }
        if facts.userCount < usualUserCount {
            lacks.append(
                UserNamespaceLack(
                    found:
                        "it has only \(facts.userCount) of the user IDs: images with files of others cannot be unpacked",
                    cure:
                        "give it \(usualUserCount): /etc/subuid and /etc/subgid for dockerd; a Pod has as many",
                    isFatal: false))
        }
        return lacks
    }
}
