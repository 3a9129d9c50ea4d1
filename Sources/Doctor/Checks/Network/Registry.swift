internal import HostFacts

extension Check {
    static let registry = Check(
        "registry", "The registry can be reached", area: .network,
        why: "Images that no archive brings are pulled from there, by the engine and by every node.",
        explanation: """
            `GET /v2/` of each `--registry-mirror` (and `registry-mirrors` of `daemon.json`), or of registry-1.docker.io where \
            there is none, through the configured proxy, within three seconds. 200 and 401 are good answers; 429 is a \
            registry that has had enough. A mirror that fails is a warning; without one it is an information, as archives do.
            """,
        cure:
            "kinkajou dind --registry-mirror https://..., or archives of the images (docker save) at"
            + " /images",
        references: ["compose#12445"], isSlow: true
    ) { facts in
        guard let probes = facts.probes, !probes.registries.isEmpty else {
            return [.info("not asked", from: "GET /v2/")]
        }
        return probes.registries.map { probe in
            let source = "GET \(probe.address)/v2/" + (probe.usesProxy ? ", through the proxy" : "")
            let cure =
                probe.isMirror
                ? "correct --registry-mirror, or start the mirror"
                : "kinkajou dind --registry-mirror https://..., or archives of the images (docker save) at /images"
            let found: String
            switch probe.status {
            case .some(200), .some(401): return .ok("\(probe.address) answers", from: source)
            case .some(429): found = "\(probe.address) answers that there were too many requests"
            case .some(let status): found = "\(probe.address) answers with status \(status)"
            case nil: found = "\(probe.address) cannot be reached: \(probe.failure ?? "no answer")"
            }
            return probe.isMirror
                ? .warning(found, from: source, cure: cure) : .info(found, from: source, cure: cure)
        }
    }
}
