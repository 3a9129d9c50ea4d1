import Foundation
import TestSupport
import Testing

/// What the tests know of the privileges of this machine.
enum Privileges {
    /// The capabilities of Linux 5.9 and later, in the order of their numbers.
    static let names = [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
        "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK",
        "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
        "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE",
        "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND",
        "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ].map { "CAP_" + $0 }

    /// All of them, one bit each.
    static let everything: UInt64 = (1 << UInt64(names.count)) - 1

    /// The bounding set of the tests.
    static var boundingSet: UInt64 {
        boundingSet(in: (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? "")
    }

    /// The bounding set that the text of a /proc/PID/status tells.
    static func boundingSet(in status: String) -> UInt64 {
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapBnd:") } ?? ""
        return line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
    }

    /// Words before a command that take CAP_SYS_RESOURCE and CAP_WAKE_ALARM from it, so that something
    /// is missing on every machine.
    static let withoutSome = [
        "setpriv", "--bounding-set=-sys_resource,-wake_alarm", "--inh-caps=-sys_resource,-wake_alarm",
    ]

    /// What a container can have then.
    static var some: UInt64 { boundingSet & everything & ~(1 << 24 | 1 << 35) }
}
