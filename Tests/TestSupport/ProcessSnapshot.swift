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

    private static func contents(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return String(decoding: data, as: UTF8.self).replacingOccurrences(of: "\0", with: " ")
    }
}
