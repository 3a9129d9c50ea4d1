internal import EnginePlan
internal import HostFacts
internal import Values

extension Check {
    static let imageStore = Check(
        "image-store", "Images can be loaded into nodes", area: .programs,
        why:
            "From Docker 29 on images lie in containerd's store, and an archive of an image for several platforms is incomplete.",
        explanation: """
            The version of dockerd, and `features` of `daemon.json`. `kind load docker-image` then fails with "content digest \
            not found"; archives that are saved for one platform load.
            """,
        cure:
            "docker save --platform linux/amd64 IMAGE -o FILE, then kind load image-archive FILE; or in"
            + " /etc/docker/daemon.json: {\"features\": {\"containerd-snapshotter\": false}}",
        references: ["kind#3795"], purposes: [.cluster]
    ) { facts in
        let asked: Bool? = {
            guard case .object(let features)? = facts.settings.daemonFile["features"],
                case .bool(let value)? = features["containerd-snapshotter"]
            else { return nil }
            return value
        }()
        let version = facts.host.engine.version
        let isDefault = version.map { $0 >= EngineVersion(major: 29, minor: 0) } ?? false
        guard asked ?? isDefault else {
            return [.ok("the storage driver's own", from: "dockerd --version, /etc/docker/daemon.json")]
        }
        return [
            .advice(
                "containerd's store", from: asked == nil ? "dockerd --version" : "/etc/docker/daemon.json")
        ]
    }
}
