internal import HostFacts

extension Check {
    static let clusterPrograms = Check(
        "cluster-programs", "kind, kubectl and docker are installed", area: .programs,
        why: "`kinkajou cluster` makes its cluster with them.",
        explanation: "`kind`, `kubectl` and `docker` on PATH. The image `kinkajou/pod` has Debian's.",
        cure:
            "use the kinkajou/pod image, or install Debian's packages kind, kubernetes-client and"
            + " docker-cli",
        purposes: [.cluster]
    ) { facts in
        let programs = facts.host.clusterPrograms
        let wanted = ["kind", "kubectl", "docker"]
        let missing = wanted.filter { programs[$0] == nil }
        guard !missing.isEmpty else {
            return [.ok(wanted.compactMap { programs[$0] }.joined(separator: ", "), from: "PATH")]
        }
        return [
            .error(
                "\(missing.joined(separator: ", ")) not found", from: "PATH"
            )
        ]
    }
}
