internal import EnginePlan
public import HostFacts
internal import HostReader
internal import Linux

/// The rules of one backend as they were before the engine came.
public struct PacketFilterSnapshot: Sendable {
    private var saved: [(command: String, rules: String)]

    /// Takes the rules down. Legacy tables that nobody has made yet are left alone: reading makes them.
    public static func take(backend: PacketFilterBackend) async -> PacketFilterSnapshot {
        var saved: [(String, String)] = []
        for (family, tables) in [("iptables", "ip_tables_names"), ("ip6tables", "ip6_tables_names")] {
            guard let command = Programs.find("\(family)-\(backend.rawValue)") else { continue }
            let isEmpty = backend == .legacy && FactsReader.text("/proc/net/" + tables).isEmpty
            saved.append((command, isEmpty ? "" : await Tool.run(command + "-save", []).output))
        }
        return PacketFilterSnapshot(saved: saved)
    }

    /// Removes the engine's rules that came since. The result says what could not be removed.
    public func restore() async -> [String] {
        var failures: [String] = []
        for (command, before) in saved {
            let after = await Tool.run(command + "-save", []).output
            guard let script = PacketFilterCleanup.script(before: before, after: after) else { continue }
            let result = await Tool.run(command + "-restore", ["--noflush", "-w", "5"], input: script)
            if !result.isSuccess { failures.append("rules of \(command): \(result.reason)") }
        }
        return failures
    }
}
