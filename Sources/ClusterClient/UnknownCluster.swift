internal import Values

extension KinkajouError {
    /// No cluster has this name.
    static func unknownCluster(_ name: String, at place: String) -> KinkajouError {
        KinkajouError(
            "there is no cluster \"\(name)\" in \(place)",
            cure: "`kinkajou get clusters` lists them; -n, --context and --provider say where to look",
            code: .unknownCluster)
    }
}
