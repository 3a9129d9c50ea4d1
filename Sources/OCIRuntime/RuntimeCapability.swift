/// A Linux capability, by its number (capabilities(7), include/uapi/linux/capability.h).
struct Capability: Equatable {
    let number: Int

    /// The name without its prefix, in lower case; the index is the number.
    private static let names: [StaticString] = [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
        "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock",
        "ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin",
        "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write",
        "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend",
        "audit_read", "perfmon", "bpf", "checkpoint_restore",
    ]

    /// CAP_SYS_RESOURCE: may raise hard limits and lower OOM scores.
    static let sysResource = Capability(number: 24)

    init(number: Int) {
        self.number = number
    }

    /// The capability of a name as it stands in a spec, folded to lower case (`cap_net_raw`).
    init?(foldedName: [UInt8]) {
        let prefix: StaticString = "cap_"
        guard foldedName.starts(with: prefix.bytes) else { return nil }
        let rest = foldedName.dropFirst(prefix.utf8CodeUnitCount)
        guard let number = Self.names.firstIndex(where: { rest.elementsEqual($0.bytes) }) else { return nil }
        self.number = number
    }

    /// The name as people write it, `CAP_NET_RAW`.
    var name: String {
        "CAP_" + String(decoding: Self.names[number].bytes, as: UTF8.self).uppercased()
    }

    /// Whether a set of capabilities, one bit each, holds this one.
    func isIn(_ set: UInt64) -> Bool {
        set >> UInt64(number) & 1 == 1
    }
}
