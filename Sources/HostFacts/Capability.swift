/// A set of Linux capabilities, as `/proc/self/status` gives them (capabilities(7)).
public struct CapabilitySet: Sendable, Equatable, Codable {
    /// Bit *n* stands for capability number *n* of linux/capability.h.
    public var bits: UInt64

    /// A set from its bit mask.
    public init(bits: UInt64) {
        self.bits = bits
    }

    /// All capabilities up to the last one that the kernel knows (`/proc/sys/kernel/cap_last_cap`).
    public static func full(upTo last: Int) -> CapabilitySet {
        CapabilitySet(bits: last >= 63 ? .max : (1 << UInt64(last + 1)) - 1)
    }

    /// Whether the capability is in the set.
    public func contains(_ capability: Capability) -> Bool {
        bits & (1 << UInt64(capability.rawValue)) != 0
    }

    /// The names of the capabilities that `other` holds and this set lacks, in the order of their numbers.
    public func missing(from other: CapabilitySet) -> [String] {
        let lacking = other.bits & ~bits
        return (0..<64).filter { lacking & (1 << UInt64($0)) != 0 }.map { number in
            number < Capability.names.count ? "CAP_" + Capability.names[number] : "capability \(number)"
        }
    }

    /// Reads a set from its bit mask in hexadecimal, as in `/proc/self/status`.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let bits = UInt64(text, radix: 16) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a hexadecimal mask: \(text)"))
        }
        self.bits = bits
    }

    /// Writes the set as its bit mask in hexadecimal.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(bits, radix: 16))
    }
}

/// The capabilities that Kinkajou asks about, by their numbers in linux/capability.h.
public enum Capability: Int, Sendable, CaseIterable {
    /// Network administration: interfaces, routes, packet filter.
    case netAdmin = 12
    /// Raw sockets, by which iptables-legacy speaks to the kernel.
    case netRaw = 13
    /// Mounts, namespaces and much else.
    case sysAdmin = 21
    /// Lower OOM scores and higher resource limits.
    case sysResource = 24
    /// Device nodes.
    case mknod = 27

    /// The names of all capabilities, by their numbers.
    static let names = [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
        "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK",
        "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
        "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE",
        "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM",
        "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ]

    /// The name as in capabilities(7).
    public var name: String { "CAP_" + Self.names[rawValue] }
}
