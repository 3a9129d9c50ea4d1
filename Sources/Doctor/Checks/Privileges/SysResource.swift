internal import HostFacts

extension Check {
    static let sysResource = Check(
        "cap-sys-resource", "Limits can be raised", area: .privileges,
        why:
            "runc and systemd raise limits of open files and lower OOM scores, and give up where they may not.",
        explanation: """
            CAP_SYS_RESOURCE, in the initial user namespace. Where it is missing `kinkajou-oci` takes such demands out of \
            each container's specification, so this is no more than an information as long as that program is installed.
            """,
        cure: "use the kinkajou/pod image, or put kinkajou-oci on PATH",
        references: ["sysbox#702", "test-infra#31908", "docs/oci.md"]
    ) { facts in
        let source = "CapBnd of /proc/self/status"
        let process = facts.host.process
        if process.bounding.contains(.sysResource), process.isInitialUserNamespace {
            return [.ok("CAP_SYS_RESOURCE is there", from: source)]
        }
        let found =
            process.isInitialUserNamespace
            ? "CAP_SYS_RESOURCE is missing" : "CAP_SYS_RESOURCE does not count in a user namespace"
        if let wrapper = facts.host.engine.wrapper {
            return [.info("\(found); \(wrapper) clamps what containers ask for", from: source)]
        }
        return [
            .error(
                "\(found), and kinkajou-oci is not installed", from: source)
        ]
    }
}
