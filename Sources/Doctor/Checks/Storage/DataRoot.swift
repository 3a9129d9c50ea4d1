internal import EnginePlan
internal import HostFacts

extension Check {
    static let dataRoot = Check(
        "data-root", "The data root can be written to", area: .storage,
        why: "Images and containers lie there.",
        explanation:
            "access(2) on the data root (`--data-root`, default `/var/lib/docker`), or on what it will be made in.",
        cure: "mount an emptyDir or a volume at /var/lib/docker, or name another place with --data-root"
    ) { facts in
        let root = facts.host.storage.dataRoot
        return facts.planned(
            .dataRoot, from: "access(2) on \(root)",
            otherwise: .ok("\(root) on \(facts.host.storage.fileSystem)", from: "access(2) on \(root)"))
    }
}
