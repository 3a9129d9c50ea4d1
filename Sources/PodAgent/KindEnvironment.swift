internal import Linux

/// What `kind` finds in its environment.
enum KindEnvironment {
    /// Podman's or nerdctl's client on PATH must not be taken for an engine.
    static var variables: [String: String] {
        Environment.all().merging(["KIND_EXPERIMENTAL_PROVIDER": "docker"]) { $1 }
    }
}
