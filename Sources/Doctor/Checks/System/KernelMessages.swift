internal import HostFacts

extension Check {
    static let kernelMessages = Check(
        "dev-kmsg", "/dev/kmsg is there", area: .system,
        why: "Kubelets read the kernel's messages, and end where they cannot.",
        explanation: """
            The device `/dev/kmsg`, which privileged containers have unless containerd is set to \
            `privileged_without_host_devices`.
            """,
        cure:
            "docker run --privileged; on the node, in containerd's configuration:"
            + " privileged_without_host_devices = false; or here: mknod /dev/kmsg c 1 11",
        references: ["kind#662", "k3k#132"], purposes: Purpose.withKubernetes
    ) { facts in
        let source = "/dev/kmsg"
        guard !facts.host.kernel.devices.contains("/dev/kmsg") else { return [.ok("there", from: source)] }
        return [
            .error(
                "missing", from: source)
        ]
    }
}
