internal import HostFacts
internal import Values

/// Decides where nested cgroups go. They must lie under the container's own cgroup: then its limits hold
/// for them, nothing of the host is touched, and they end with the container.
enum CgroupPlanner {
    /// The name of the engine's cgroup below the container's.
    static let engineCgroup = "docker"
    /// The engine's cgroup at a machine's own root.
    private static let machineCgroup = "/kinkajou"
    /// Where the hierarchy without controllers belongs that systemd keeps its own cgroups in.
    private static let systemdDirectory = "/sys/fs/cgroup/systemd"

    struct Outcome {
        var strategies: [CgroupStrategy] = []
        var steps: [PlannedStep] = []
        var problems: [Problem] = []
    }

    static func plan(_ facts: HostFacts) -> Outcome {
        switch facts.cgroupLayout {
        case .none: noCgroups()
        case .v2(let hierarchy): unified(hierarchy, facts: facts)
        case .v1(let hierarchies, let unified): legacy(hierarchies, unified: unified, facts: facts)
        }
    }

    private static func noCgroups() -> Outcome {
        Outcome(problems: [
            .error(
                .cgroups, "no cgroup file system is mounted at /sys/fs/cgroup",
                cure: "run the container with the runtime's usual mounts (docker run --privileged, or a Pod"
                    + " with securityContext.privileged: true)",
                code: .privilegeMissing)
        ])
    }

    // MARK: - Version 1

    private static func legacy(
        _ hierarchies: [CgroupHierarchy], unified: CgroupHierarchy?, facts: HostFacts
    ) -> Outcome {
        var outcome = Outcome()
        for hierarchy in hierarchies where hierarchy.isReadOnly {
            outcome.steps.append(
                PlannedStep(
                    .remountWritable(target: hierarchy.mountPoint),
                    because: "the runtime mounted the \(hierarchy.name) hierarchy read-only"))
        }
        let isSystemdMissing = !hierarchies.contains { $0.name == "name=systemd" }
        if isSystemdMissing {
            outcome.steps.append(
                PlannedStep(
                    .mountNamedHierarchy(
                        name: "name=systemd", path: ownSystemdPath(facts), target: systemdDirectory),
                    because: "nested systemd needs the name=systemd hierarchy, and none is mounted here",
                    isOptional: true))
        }
        if hierarchies.contains(where: { $0.ownPathInMount == nil }) {
            outcome.strategies = [remountInNamespace(hierarchies, unified: unified)]
            return outcome
        }
        let bound = hierarchies.filter(\.isBoundAtOwnPath)
        let relative = commonPath(of: hierarchies)
        let parent = relative + "/" + engineCgroup
        let mounts = hierarchies + (unified.map { [$0] } ?? [])
        var strategy = CgroupStrategy(
            name: "v1", steps: [], parent: parent,
            parentDirectories: mounts.compactMap { hierarchy in
                hierarchy.ownPathInMount == nil ? nil : hierarchy.mountPoint + parent
            } + (isSystemdMissing ? [systemdDirectory + parent] : []),
            reason: "")
        let outside = hierarchies.filter {
            $0.ownPathInMount != relative && $0.ownPathInMount?.isEmpty == false
        }
        if !outside.isEmpty {
            outcome.problems.append(
                .warning(
                    .cgroupPaths,
                    "the own cgroup is not the same in every hierarchy (\(relative.isEmpty ? "/" : relative), but"
                        + " "
                        + outside.map { "\($0.ownPath) in \($0.name)" }.joined(separator: ", ")
                        + "): limits of the latter do not hold for nested containers",
                    cure: "run kinkajou in a container, where the runtime gives all hierarchies one path"))
        }
        if !bound.isEmpty {
            strategy.name = "v1-rebind"
            strategy.steps = bound.map { hierarchy in
                PlannedStep(
                    .bindMount(
                        source: hierarchy.mountPoint, target: hierarchy.mountPoint + hierarchy.ownPath),
                    because: "so that \(hierarchy.ownPath), which /proc names, is found below"
                        + " \(hierarchy.mountPoint), as cAdvisor and the kubelet expect")
            }
            strategy.reason =
                "the runtime mounted only the container's own cgroups, so \(parent) lies under them"
        } else if relative.isEmpty {
            strategy.name = "v1-namespace"
            strategy.reason =
                "the own cgroup is the root of what is mounted (a cgroup namespace, or the machine itself)"
        } else {
            strategy.name = "v1-host"
            strategy.reason =
                "the host's hierarchies are mounted, so the parent is the container's own path in them"
        }
        outcome.strategies = [strategy]
        return outcome
    }

    /// A path that is this container's in a hierarchy that was not mounted for it. Where the kernel has the
    /// hierarchy the container has a place in it; the root is everybody's, and there the number of the root
    /// mount, of which the machine has one at a time, makes a name that no other container has.
    private static func ownSystemdPath(_ facts: HostFacts) -> String {
        let own = facts.cgroups.membership.first { $0.controllers == ["name=systemd"] }?.path
        if let own, own != "/", !own.hasPrefix("/..") { return own }
        return "/kinkajou-\(facts.mounts.visible(at: "/")?.id ?? 0)"
    }

    /// The path below the mounts that most hierarchies agree on: dockerd takes one parent for all.
    private static func commonPath(of hierarchies: [CgroupHierarchy]) -> String {
        var counts: [String: Int] = [:]
        for hierarchy in hierarchies { counts[hierarchy.ownPathInMount ?? "", default: 0] += 1 }
        return counts.max { left, right in
            (left.value, left.key.utf8.count) < (right.value, right.key.utf8.count)
        }?.key ?? ""
    }

    private static func remountInNamespace(
        _ hierarchies: [CgroupHierarchy], unified: CgroupHierarchy?
    ) -> CgroupStrategy {
        var remounts = hierarchies.map { hierarchy in
            CgroupRemount(
                fileSystem: "cgroup",
                options: hierarchy.name.hasPrefix("name=") ? ["none", hierarchy.name] : [hierarchy.name],
                target: hierarchy.mountPoint)
        }
        if let unified {
            remounts.append(
                CgroupRemount(fileSystem: "cgroup2", options: [], target: unified.mountPoint))
        }
        return CgroupStrategy(
            name: "v1-remount",
            steps: [
                PlannedStep(
                    .enterCgroupNamespace(remount: remounts),
                    because: "the host's hierarchies are mounted into a container with a cgroup namespace"
                        + " of its own, where its own cgroup cannot be found")
            ],
            parent: "/" + engineCgroup,
            parentDirectories: remounts.map { $0.target + "/" + engineCgroup },
            reason: "mounted anew, the own cgroup is the root of every hierarchy")
    }

    // MARK: - Version 2

    private static func unified(_ hierarchy: CgroupHierarchy, facts: HostFacts) -> Outcome {
        var outcome = Outcome()
        if hierarchy.isReadOnly {
            outcome.steps.append(
                PlannedStep(
                    .remountWritable(target: hierarchy.mountPoint),
                    because: "the runtime mounted the cgroups read-only"))
        }
        let controllers = facts.cgroups.unified?.controllers ?? []
        if let problem = missingControllers(among: controllers) { outcome.problems.append(problem) }
        let isRealRoot = facts.cgroups.unified?.rootType == nil
        if hierarchy.ownPath == "/" && hierarchy.root == "/" {
            outcome.strategies = [
                isRealRoot
                    ? machineRoot(hierarchy)
                    : delegated(at: hierarchy.mountPoint, controllers: controllers, parentPrefix: "")
            ]
            return outcome
        }
        let namespace = CgroupStrategy(
            name: "v2-new-namespace",
            steps: [
                PlannedStep(
                    .enterCgroupNamespace(remount: [
                        CgroupRemount(fileSystem: "cgroup2", options: [], target: hierarchy.mountPoint)
                    ]),
                    because: hierarchy.ownPathInMount == nil
                        ? "the host's hierarchy is mounted into a container with a cgroup namespace of its"
                            + " own, where its own cgroup cannot be found"
                        : "the container has the host's cgroup namespace (its cgroup is"
                            + " \(hierarchy.ownPath)): without one of its own, nested cgroups would see and"
                            + " use the node's root")
            ]
                + delegated(at: hierarchy.mountPoint, controllers: controllers, parentPrefix: "").steps,
            parent: "/" + engineCgroup,
            parentDirectories: [hierarchy.mountPoint + "/" + engineCgroup],
            reason: "in a cgroup namespace of its own the container's cgroup is the root")
        outcome.strategies = [namespace]
        if let own = hierarchy.ownPathInMount {
            var fallback = delegated(
                at: hierarchy.mountPoint + own, controllers: controllers, parentPrefix: own)
            fallback.name = "v2-own-path"
            fallback.reason = "where a new namespace is refused, the parent is the own path below the host's"
            outcome.strategies.append(fallback)
        }
        return outcome
    }

    /// What a cgroup does not have, its children cannot get (cgroups(7)).
    private static func missingControllers(among controllers: [String]) -> Problem? {
        let missing = NecessaryControllers.names.filter { !controllers.contains($0) }
        guard !missing.isEmpty else { return nil }
        let names = missing.joined(separator: ", ")
        return .error(
            .cgroupControllers,
            "the own cgroup has no controller \(names) (cgroup.controllers): a limit of a nested container would be none",
            cure: "let every cgroup above hand it on (echo \(missing.map { "+" + $0 }.joined(separator: " "))"
                + " >/sys/fs/cgroup/.../cgroup.subtree_control), and boot the machine without cgroup_disable= for it",
            code: .privilegeMissing)
    }

    /// The real root is exempt from the rule that a cgroup with controllers has no processes.
    private static func machineRoot(_ hierarchy: CgroupHierarchy) -> CgroupStrategy {
        CgroupStrategy(
            name: "v2-root", steps: [], parent: machineCgroup,
            parentDirectories: [hierarchy.mountPoint + machineCgroup],
            reason:
                "this is the root of the machine's own hierarchy, not a container's; /docker in it is for an"
                + " engine of the machine")
    }

    private static func delegated(
        at directory: String, controllers: [String], parentPrefix: String
    ) -> CgroupStrategy {
        CgroupStrategy(
            name: "v2-namespace",
            steps: [
                PlannedStep(
                    .evacuate(cgroup: directory, leaf: "init"),
                    because: "a version 2 cgroup with controllers for its children holds no processes itself"),
                PlannedStep(
                    .delegate(cgroup: directory, controllers: controllers),
                    because: "nested containers get limits of their own"),
            ],
            parent: parentPrefix + "/" + engineCgroup,
            parentDirectories: [directory + "/" + engineCgroup],
            reason: "the container's cgroup is the root of its namespace")
    }
}
