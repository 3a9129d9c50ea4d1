internal import ArgumentParser
internal import ClusterClient

/// What a cluster's context is like, and for whom.
struct KubeconfigOptions: ParsableArguments {
    @Flag(help: "For use inside the host cluster, or inside Docker's network.")
    var `internal` = false

    @Flag(help: "Name the context kind-NAME.")
    var kindCompat = false

    /// The entries of a cluster's context.
    func entries(of cluster: String) -> KubeconfigEntries {
        KubeconfigEntries(
            context: ClusterName.context(cluster, kindCompatible: kindCompat), program: OwnProgram.name)
    }
}
