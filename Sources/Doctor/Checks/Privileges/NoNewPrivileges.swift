internal import HostFacts

extension Check {
    static let noNewPrivileges = Check(
        "no-new-privileges", "Programs may raise privileges", area: .privileges,
        why:
            "With no_new_privs set, sudo and other set-user-ID programs do not work in any nested container.",
        explanation: "`NoNewPrivs` of `/proc/self/status`; in a Pod it is `allowPrivilegeEscalation: false`.",
        cure: "leave --security-opt no-new-privileges and allowPrivilegeEscalation: false out",
        references: ["prctl(2), PR_SET_NO_NEW_PRIVS"]
    ) { facts in
        let source = "NoNewPrivs of /proc/self/status"
        guard facts.host.confinement.noNewPrivileges else { return [.ok("allowed", from: source)] }
        return [
            .warning(
                "set, and every nested container inherits it", from: source)
        ]
    }
}
