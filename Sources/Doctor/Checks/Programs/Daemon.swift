internal import EnginePlan
internal import HostFacts

extension Check {
    static let daemon = Check(
        "dockerd", "dockerd is installed", area: .programs,
        why: "It is the engine.",
        explanation: "`dockerd` on PATH, version 20.10 or newer. The image `kinkajou/pod` has Debian's.",
        cure: "install Debian's package docker.io",
        purposes: Purpose.withDocker
    ) { facts in
        let engine = facts.host.engine
        let version = engine.version
        if let version, version < EngineVersion(major: 20, minor: 10) {
            return [
                .error(
                    "dockerd is \(version), and 20.10 is the oldest that is supported",
                    from: "dockerd --version")
            ]
        }
        return facts.planned(
            .daemon, from: "PATH",
            otherwise: .ok(
                "\(engine.daemon ?? "dockerd") \(version.map { "\($0)" } ?? "")", from: "dockerd --version"))
    }
}
