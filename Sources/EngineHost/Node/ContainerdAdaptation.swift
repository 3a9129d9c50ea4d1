internal import Formats
internal import Values

/// The configuration of containerd in a node: the image's own, with what the user changes, and what this container needs
/// otherwise. All else means what the image's maker meant.
///
/// Source: <https://github.com/containerd/containerd/blob/main/docs/cri/config.md>.
enum ContainerdAdaptation {
    /// The text to run with.
    ///
    /// - Parameters:
    ///   - text: The image's configuration, in version 2 or 3 of its format: as containerd 1.x has it, and as containerd 2
    ///     writes it (which reads both).
    ///   - changes: What the user changes.
    ///   - root: Where the store is.
    ///   - runtime: The program that containers are started with; nil: the image's.
    /// - Throws: `TOMLSyntaxError` for the image's configuration, `JSONPatchError` for a patch that does not fit it.
    static func adapted(
        _ text: String, changes: ContainerdChanges = ContainerdChanges(), root: String, runtime: String?
    ) throws -> String {
        var configuration = try JSONValue(toml: text)
        for patch in changes.merges { configuration.merge(patch) }
        for patch in changes.operations { try configuration.apply(patch: patch) }
        configuration["root"] = .string(root)
        let plugin =
            configuration["version"].integer ?? 2 >= 3
            ? "io.containerd.cri.v1.runtime" : "io.containerd.grpc.v1.cri"
        if let runtime, configuration["plugins"][plugin]["containerd"]["runtimes"]["runc"]["options"].isNull {
            configuration["plugins"][plugin]["containerd"]["runtimes"]["runc"]["options"] = [
                "BinaryName": .string(runtime)
            ]
        }
        for plugin in configuration["plugins"].object.keys {
            for name in configuration["plugins"][plugin]["containerd"]["runtimes"].object.keys {
                configuration["plugins"][plugin]["containerd"]["runtimes"][name]["options"]
                    .adaptOptions(runtime: runtime)
            }
        }
        return configuration.toml()
    }
}

extension JSONValue {
    /// The options of a runtime of the CRI, where it has some.
    fileprivate mutating func adaptOptions(runtime: String?) {
        guard case .object(let options) = self else { return }
        if let runtime { self["BinaryName"] = .string(runtime) }
        // There is no systemd to ask.
        if options["SystemdCgroup"] != nil { self["SystemdCgroup"] = false }
    }
}
