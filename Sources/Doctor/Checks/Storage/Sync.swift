internal import HostFacts

extension Check {
    static let sync = Check(
        "disk-sync", "The disk is fast enough for etcd", area: .storage,
        why:
            "etcd waits for the disk at every write, and loses its leadership when that takes longer than a heartbeat.",
        explanation: """
            Some small writes with fdatasync(2) into the data root, for two seconds at most. The median should be below \
            10 ms (etcd's own advice); above 100 ms, its heartbeat, there is a warning.
            """,
        cure:
            "put /var/lib/docker on a local SSD; or etcd's data on tmpfs (kind: extraMounts to"
            + " /var/lib/etcd)",
        references: ["kind#1922", "kind#845", "https://etcd.io/docs/latest/op-guide/hardware/"], isSlow: true
    ) { facts in
        guard let sync = facts.probes?.sync else { return [] }
        let source = "fdatasync(2) in \(sync.place)"
        guard !sync.milliseconds.isEmpty else {
            // That it cannot be written to is named by a check of its own.
            return [.info("not measured: \(sync.failure ?? "?")", from: source)]
        }
        let worst = sync.milliseconds.max() ?? 0
        let found =
            "\(sync.median.inTenths) ms in the middle, \(worst.inTenths) ms at worst, of \(sync.milliseconds.count)"
        let cure =
            "put \(sync.place) on a local SSD; or etcd's data on tmpfs (kind: extraMounts to /var/lib/etcd)"
        if sync.median >= 100 { return [.warning(found, from: source, cure: cure)] }
        if sync.median >= 10 { return [.info(found, from: source, cure: cure)] }
        return [.ok(found, from: source)]
    }
}
