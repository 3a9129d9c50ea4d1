internal import HostFacts

extension Check {
    static let capabilities = Check(
        "capabilities", "Every capability can be granted", area: .privileges,
        why:
            "runc asks for every capability that it knows for a privileged container, and gives up when one is refused.",
        explanation: """
            `CapBnd` of `/proc/self/status` against the capabilities that the kernel knows. What is missing cannot be given \
            to a nested container. `kinkajou-oci` takes such demands out, so this is no more than an information as long as \
            that program is installed.
            """,
        cure: "use the kinkajou/pod image, or put kinkajou-oci on PATH",
        references: ["docs/oci.md"]
    ) { facts in
        let source = "CapBnd of /proc/self/status"
        let process = facts.host.process
        let missing = process.missingFromBounding
        guard !missing.isEmpty else { return [.ok("all capabilities are there", from: source)] }
        let found = "\(missing.joined(separator: ", ")) cannot be granted"
        // Without the two that everything needs the container is not privileged at all, which is an error of its own.
        if facts.host.engine.wrapper != nil || !process.effective.contains(.sysAdmin) {
            return [.info("\(found); kinkajou-oci takes them out of what containers ask for", from: source)]
        }
        return [
            .error(
                "\(found), and kinkajou-oci is not installed", from: source)
        ]
    }
}
