internal import Glibc
internal import HostFacts
internal import Linux

/// What the user namespace grants, where it is not the machine's own.
extension FactsReader {
    func userNamespace(_ process: ProcessFacts, layout: CgroupLayout) async -> UserNamespaceFacts? {
        guard !process.isInitialUserNamespace else { return nil }
        var facts = UserNamespaceFacts(
            userCount: UserNamespaceFacts.userCount(inMap: text("/proc/self/uid_map")),
            cgroupFailure: cgroupFailure(layout))
        facts.failures = await withTaskGroup(of: (UserNamespaceNeed, String?).self) { group in
            for need in UserNamespaceNeed.allCases {
                group.addTask {
                    let result = await run("unshare", need.attempt, "")
                    return (need, result.isSuccess ? nil : result.reason)
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return facts
    }

    /// Of version 2 the files that are delegated (cgroups(7), "Cgroups delegation"), of version 1 the directories. That
    /// a mount is read-only can be changed.
    private func cgroupFailure(_ layout: CgroupLayout) -> String? {
        let paths = layout.hierarchies.flatMap { hierarchy -> [String] in
            guard let own = hierarchy.ownPathInMount else { return [] }
            let directory = hierarchy.mountPoint + own
            guard case .v2 = layout else { return [directory] }
            return [directory, directory + "/cgroup.procs", directory + "/cgroup.subtree_control"]
        }
        for path in paths {
            if let failure = calls.writeFailure(path), failure.errorNumber != EROFS {
                return "\(path): \(failure.reason)"
            }
        }
        return nil
    }
}
