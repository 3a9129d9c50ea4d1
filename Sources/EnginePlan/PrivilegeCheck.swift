internal import HostFacts
internal import Values

/// What cannot work without a privilege or program, said before anything is tried.
enum PrivilegeCheck {
    static func problems(_ facts: HostFacts) -> [Problem] {
        var problems: [Problem] = []
        let process = facts.process
        let privileged =
            "run the container privileged: docker run --privileged, or securityContext.privileged: true in a Pod"
        if process.userID != 0 {
            problems.append(
                .error(
                    .root, "a Docker engine needs root; this is user \(process.userID)",
                    cure: "leave USER, --user and runAsUser out", code: .privilegeMissing))
        } else if !process.effective.contains(.sysAdmin) {
            problems.append(
                .error(
                    .sysAdmin,
                    "the container is not privileged: CAP_SYS_ADMIN is missing (CapEff of /proc/self/status)",
                    cure: privileged, code: .privilegeMissing))
        } else if !process.effective.contains(.netAdmin) {
            problems.append(
                .error(
                    .netAdmin, "CAP_NET_ADMIN is missing, so nested containers can have no network",
                    cure: privileged + "; or add the capability NET_ADMIN", code: .privilegeMissing))
        }
        if facts.confinement.refusesKeyrings {
            problems.append(
                .error(
                    .seccomp,
                    "keyctl is refused by a seccomp filter, and runc starts no container without a keyring of its own",
                    cure: "in a Pod: securityContext: {seccompProfile: {type: Unconfined}}; docker run"
                        + " --security-opt seccomp=unconfined",
                    code: .privilegeMissing))
        }
        if facts.engine.daemon == nil {
            problems.append(
                .error(
                    .daemon, "dockerd is not on PATH",
                    cure: "install Debian's package docker.io, or use the kinkajou/pod image",
                    code: .programMissing))
        } else if facts.engine.runtime == nil {
            problems.append(
                .error(
                    .runtime, "neither runc nor crun is on PATH", cure: "install Debian's package runc",
                    code: .programMissing))
        }
        if let obstacle = socketObstacle(facts) { problems.append(obstacle) }
        if let failure = facts.resources.startFailure {
            problems.append(
                .error(
                    .processes, "the limit of processes is reached: \(failure)",
                    cure: "docker run --pids-limit 4096; for Pods: podPidsLimit of the kubelet on the node",
                    code: .stepFailed))
        }
        return problems + limits(facts)
    }

    /// What is in the place of the engine's socket, other than a socket that was left.
    private static func socketObstacle(_ facts: HostFacts) -> Problem? {
        let path = "/var/run/docker.sock"
        let mount = facts.mounts.visible(at: path) ?? facts.mounts.visible(at: "/run/docker.sock")
        let origin = mount.map { ", a mount of \($0.root) of \($0.source)," } ?? ""
        if facts.engine.socketAnswers {
            return .error(
                .socket, "a Docker engine answers on \(path)\(origin) already",
                cure:
                    "do not mount the host's docker.sock into this container; to use that engine, run the"
                    + " command without kinkajou dind",
                code: .engineFailed)
        }
        guard mount != nil || facts.engine.socketIsDirectory else { return nil }
        let kind = facts.engine.socketIsDirectory ? "a directory" : "a file that no engine answers on"
        return .error(
            .socket, "\(path)\(origin) is \(kind)",
            cure: mount == nil
                ? "remove the directory from the image or volume"
                : "leave that mount out: the engine's socket is made here (where the source of a mount is missing,"
                    + " a directory is made for it)",
            code: .engineFailed)
    }

    private static func limits(_ facts: HostFacts) -> [Problem] {
        InotifyLimit.all.compactMap { limit in
            guard let value = facts.kernel.settings[limit.name].flatMap({ Int($0) }), value < limit.least
            else { return nil }
            return .warning(
                .inotify,
                "\(limit.name) is \(value); nested systemd and kubelets use that up (too many open files)",
                cure: "on the node: sysctl -w \(limit.name)=\(limit.comfortable)")
        }
    }
}
