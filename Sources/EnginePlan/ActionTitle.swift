internal import HostFacts

extension Action {
    /// The action in a few words, for progress and errors.
    public var title: String {
        switch self {
        case .mount(let fileSystem, _, let target, _): "mounting \(fileSystem) at \(target)"
        case .bindMount(let source, let target): "binding \(source) at \(target)"
        case .shareMounts(let path): "sharing the mounts below \(path)"
        case .remountWritable(let target): "making \(target) writable"
        case .enterCgroupNamespace: "entering a cgroup namespace"
        case .evacuate(let cgroup, let leaf): "moving processes of \(cgroup) into \(leaf)"
        case .delegate(let cgroup, _): "handing on the controllers of \(cgroup)"
        case .mountNamedHierarchy(let name, _, let target): "mounting the hierarchy \(name) at \(target)"
        case .makeBridge(let name, _, _): "making the bridge \(name)"
        case .makeCgroup(let cgroup): "making the cgroup \(cgroup)"
        case .selectPacketFilter(let backend, _): "selecting iptables-\(backend.rawValue)"
        case .setKernelSetting(let name, let value): "setting \(name) to \(value)"
        case .loadModule(let name): "loading the module \(name)"
        case .removeStaleFiles: "removing stale files"
        }
    }
}
