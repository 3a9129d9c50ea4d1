internal import EnginePlan

extension Check {
    static let root = Check(
        "root", "The user is root", area: .privileges,
        why: "A Docker engine mounts file systems and makes network interfaces, which only root may.",
        explanation: "The effective user of `/proc/self/status` has to be 0.",
        cure: "leave USER, --user and runAsUser out"
    ) { facts in
        facts.planned(
            .root, from: "Uid of /proc/self/status",
            otherwise: .ok("user 0", from: "Uid of /proc/self/status"))
    }
}
