public import EnginePlan
internal import Glibc
internal import HostFacts
internal import HostReader
public import Linux

/// Carries out a plan's steps in order, and remembers how each is taken back.
public actor Applier {
    /// What was taken for granted and did not come about, in words.
    public private(set) var warnings: [String] = []
    /// The cgroup namespace that children are started in, where a step made one.
    public private(set) var cgroupNamespace: CgroupNamespace?
    private var undos: [(step: String, undo: Undo)] = []

    /// An applier that has done nothing yet.
    public init() {}

    /// Carries out one step. A failure of an optional one is a warning.
    public func apply(_ step: PlannedStep) async throws(StepError) {
        do {
            try await perform(step.action)
        } catch {
            let title = step.action.title
            let failure = error as? Evacuation.Failure
            let errorNumber = (error as? SystemError)?.errorNumber ?? failure?.errorNumber
            if step.isOptional {
                warnings.append("\(title) failed: \(error); \(step.reason)")
            } else {
                throw StepError(
                    step: title, reason: step.reason, failure: "\(error)",
                    cure: failure?.cure ?? StepError.cure(for: errorNumber))
            }
        }
    }

    /// Tries the strategies in turn until one has worked, and returns it; the steps of one that failed are
    /// taken back.
    public func apply(firstOf strategies: [CgroupStrategy]) async throws(StepError) -> CgroupStrategy {
        var failures: [StepError] = []
        for strategy in strategies {
            let mark = undos.count
            do throws(StepError) {
                for step in strategy.steps { try await apply(step) }
                return strategy
            } catch {
                if strategy.name != strategies.last?.name {
                    warnings.append("cgroups: \(strategy.name) is not possible here: \(error.failure)")
                }
                _ = await undo(downTo: mark)
                cgroupNamespace = nil
                failures.append(error)
            }
        }
        throw StepError.of(failures)
            ?? StepError(
                step: "placing the cgroups", reason: "nested containers need cgroups",
                failure: "there is no way to", cure: "mount the cgroup file system")
    }

    /// Remembers a change that somebody else made, so that it is taken back with the others.
    public func remember(restoring path: String, to value: String) {
        undos.append(("setting \(path)", .restoreSetting(path: path, value: value)))
    }

    /// Takes everything back, last first. The result says what could not be.
    public func undoAll() async -> [String] {
        await undo(downTo: 0)
    }

    private func undo(downTo count: Int) async -> [String] {
        var failures: [String] = []
        while undos.count > count {
            let (step, undo) = undos.removeLast()
            do {
                try await undo.perform()
            } catch {
                failures.append("\(step) could not be undone: \(error)")
            }
        }
        return failures
    }

    private func perform(_ action: Action) async throws {
        let title = action.title
        switch action {
        case .mount(let fileSystem, let source, let target, let options):
            try makeMountPoint(target, for: title)
            try Mounting.mount(fileSystem, source: source, at: target, options: options)
            undos.append((title, .unmount(target)))
        case .bindMount(let source, let target):
            try makeMountPoint(target, for: title)
            try Mounting.bind(source, at: target)
            undos.append((title, .unmount(target)))
        case .shareMounts(let path):
            try Mounting.makeShared(path)
            undos.append((title, .makePrivate(path)))
        case .remountWritable(let target):
            try Mounting.remountWritable(target)
        case .enterCgroupNamespace(let remounts):
            cgroupNamespace = try CgroupNamespace.make { () throws(SystemError) in
                try CgroupRemounting.perform(remounts)
            }
            for remount in remounts { undos.append((title, .unmount(remount.target))) }
        case .evacuate(let cgroup, let leaf):
            try Files.makeDirectories(cgroup + "/" + leaf)
            undos.append((title, .returnProcesses(cgroup: cgroup, leaf: leaf, withdrawing: [])))
            try await Evacuation.perform(cgroup: cgroup, leaf: leaf)
        case .delegate(let cgroup, let controllers):
            let before = try Files.read(cgroup + "/cgroup.subtree_control")
                .split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
            let leaf = leafOfEvacuation(of: cgroup)
            // Noted before: when one cannot be enabled, those before it are taken back all the same.
            if let index = undos.lastIndex(where: { $0.undo.evacuatedCgroup == cgroup }), let leaf {
                undos[index].undo = .returnProcesses(
                    cgroup: cgroup, leaf: leaf, withdrawing: controllers.filter { !before.contains($0) })
            }
            try await Evacuation.delegate(cgroup: cgroup, leaf: leaf, controllers: controllers)
        case .mountNamedHierarchy(let name, let path, let target):
            try makeMountPoint(target, for: title)
            let made = try NamedHierarchy.mount(name, path: path, at: target)
            undos.append((title, .unmountNamedHierarchy(name: name, made: made, target: target)))
        case .makeBridge(let name, let address, let mtu):
            try await Links.run(["link", "add", name, "mtu", "\(mtu)", "type", "bridge"])
            undos.append((title, .deleteLink(name)))
            try await Links.run(["addr", "add", address, "dev", name])
            try await Links.run(["link", "set", name, "up"])
        case .makeCgroup(let cgroup):
            let made = try Files.makeDirectories(cgroup)
            undos.append((title, .removeDirectories(made)))
            try CgroupSets.inherit(cgroup)
        case .selectPacketFilter(let backend, let directory):
            try Files.makeDirectories(directory)
            var names: [String] = []
            for family in ["iptables", "ip6tables"] {
                for suffix in ["", "-save", "-restore"] {
                    guard let target = Programs.find("\(family)-\(backend.rawValue)\(suffix)") else {
                        continue
                    }
                    try Files.link(target, at: "\(directory)/\(family)\(suffix)")
                    names.append(family + suffix)
                }
            }
            undos.append((title, .removeLinks(directory: directory, names: names)))
        case .setKernelSetting(let name, let value):
            let path = "/proc/sys/" + String(name.map { $0 == "." ? "/" : $0 })
            let before = try Files.read(path).split(separator: "\n").first.map(String.init) ?? ""
            try Files.write(value, to: path)
            undos.append((title, .restoreSetting(path: path, value: before)))
        case .loadModule(let name):
            try await loadModule(name)
        case .removeStaleFiles(let paths):
            for path in paths { try Files.remove(path) }
        }
    }

    private func makeMountPoint(_ target: String, for title: String) throws(SystemError) {
        let made = try Files.makeDirectories(target)
        if !made.isEmpty { undos.append((title, .removeDirectories(made))) }
    }

    private func leafOfEvacuation(of cgroup: String) -> String? {
        for (_, undo) in undos {
            if case .returnProcesses(cgroup, let leaf, _) = undo { return leaf }
        }
        return nil
    }

    private func loadModule(_ name: String) async throws {
        let result = await Tool.run("modprobe", ["--quiet", name])
        guard result.isSuccess else { throw ToolFailure(command: "modprobe \(name)", reason: result.reason) }
    }
}

extension Undo {
    /// The cgroup that an evacuation emptied.
    fileprivate var evacuatedCgroup: String? {
        if case .returnProcesses(let cgroup, _, _) = self { cgroup } else { nil }
    }
}
