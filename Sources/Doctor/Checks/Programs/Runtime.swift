internal import EnginePlan
internal import HostFacts

extension Check {
    static let ociRuntime = Check(
        "oci-runtime", "An OCI runtime is installed", area: .programs,
        why: "It starts the containers; crun refuses the hybrid layout of cgroups.",
        explanation:
            "`runc` on PATH, or `crun`; crun alone does not do on a host with cgroup version 1 and 2 side by side.",
        cure: "install Debian's package runc",
        purposes: Purpose.withDocker
    ) { facts in
        let runtime = facts.host.engine.runtime ?? ""
        if runtime.hasSuffix("/crun"), case .v1(_, .some) = facts.host.cgroupLayout {
            return [
                .error(
                    "only crun is installed, which refuses this host's hybrid cgroups", from: "PATH")
            ]
        }
        return facts.planned(.runtime, from: "PATH", otherwise: .ok(runtime, from: "PATH"))
    }
}
