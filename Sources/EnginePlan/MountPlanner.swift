internal import HostFacts

/// Decides which mounts nested containers need beside the cgroups.
enum MountPlanner {
    static func steps(_ facts: HostFacts) -> [PlannedStep] {
        var steps: [PlannedStep] = []
        // A user namespace may not mount it.
        if facts.kernel.appArmorEnabled, facts.process.isInitialUserNamespace,
            facts.mounts.visible(at: "/sys/kernel/security") == nil
        {
            steps.append(
                PlannedStep(
                    .mount(
                        fileSystem: "securityfs", source: "securityfs", target: "/sys/kernel/security",
                        options: []),
                    because: "AppArmor is on, and container runtimes look for it there",
                    isOptional: true))
        }
        // In the machine's own namespace these are the machine's settings too; in a user namespace only those of the
        // container's own namespaces can be written to.
        if !facts.process.isInitialUserNamespace,
            facts.mounts.visible(at: "/proc/sys")?.options.contains("ro") == true
        {
            steps.append(
                PlannedStep(
                    .remountWritable(target: "/proc/sys"),
                    because: "dockerd turns forwarding on, and the runtime covers kernel settings read-only",
                    isOptional: true))
        }
        if let root = facts.mounts.visible(at: "/"), !root.isShared {
            steps.append(
                PlannedStep(
                    .shareMounts(of: "/"),
                    because: "kubelets and volumes with propagation need a shared mount tree; / is private",
                    isOptional: true))
        }
        return steps
    }
}
