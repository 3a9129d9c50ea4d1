internal import Foundation
internal import Glibc

/// What there is of processes, mounts and cgroups at a moment, for comparing before and after, and for
/// clearing away.
public enum ProcessSnapshot {
    /// The processes whose command lines contain a text.
    public static func processes(naming text: String) -> [Int32] {
        all().filter { pid in
            guard pid != getpid(), let line = contents("/proc/\(pid)/cmdline") else { return false }
            return line.contains(text)
        }
    }

    /// All processes that /proc shows.
    public static func all() -> [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
    }

    /// A field of /proc/<pid>/status, such as `State` or `SigBlk`. `nil` when the process is gone.
    public static func status(_ field: String, of pid: Int32) -> String? {
        guard let text = contents("/proc/\(pid)/status") else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix(field + ":") {
            return line.dropFirst(field.count + 1).trimmingCharacters(in: .whitespaces)
        }
        return nil
    }

    /// The pids of the children of a process, as the test sees them.
    public static func children(of pid: Int32) -> [Int32] {
        (contents("/proc/\(pid)/task/\(pid)/children") ?? "").split(separator: " ").compactMap { Int32($0) }
    }

    /// Whether SIGTERM to an init would wait until it is taken. That is so once it is blocked; what PID 1 does
    /// not block and has no handler for is lost. While a process is in sigtimedwait(2), SigBlk does not show
    /// what it has blocked; an init comes there only with a child.
    public static func keepsTermination(_ pid: Int32) -> Bool {
        guard let text = status("SigBlk", of: pid), let mask = UInt64(text, radix: 16) else { return false }
        return mask & (1 << UInt64(SIGTERM - 1)) != 0 || !children(of: pid).isEmpty
    }

    /// The foreground process group of the terminal that a process is on.
    public static func foregroundGroup(of pid: Int32) -> Int32? {
        guard let text = contents("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ")
        return fields.count > 6 ? Int32(fields[6]) : nil
    }

    /// All processes below one.
    public static func descendants(of pid: Int32) -> [Int32] {
        children(of: pid).flatMap { [$0] + descendants(of: $0) }
    }

    /// The mount points below a directory, outer ones first.
    public static func mounts(below directory: String) -> [String] {
        (contents("/proc/self/mountinfo") ?? "").split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 4, fields[4].hasPrefix(directory + "/") else { return nil }
            return String(fields[4])
        }
    }

    /// The directories of a top-level cgroup in all hierarchies, innermost first.
    public static func cgroups(named name: String) -> [String] {
        let mount = "/sys/fs/cgroup"
        let hierarchies = (try? FileManager.default.contentsOfDirectory(atPath: mount)) ?? []
        return ([mount] + hierarchies.map { "\(mount)/\($0)" }).flatMap { hierarchy -> [String] in
            let top = "\(hierarchy)/\(name)"
            guard access(top, F_OK) == 0 else { return [] }
            let below = (FileManager.default.enumerator(atPath: top)?.compactMap { $0 as? String } ?? [])
                .map { "\(top)/\($0)" }
                .filter { path in
                    var isDirectory: ObjCBool = false
                    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
                        && isDirectory.boolValue
                }
            return (below + [top]).sorted { $0.count > $1.count }
        }
    }

    /// Reads a file of /proc, whose size is not known before; a NUL becomes a space.
    private static func contents(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count].map { $0 == 0 ? UInt8(ascii: " ") : $0 }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
