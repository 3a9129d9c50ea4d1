internal import EnginePlan
internal import HostFacts
internal import Linux

/// The rules of one backend as they were before the engine came.
struct PacketFilterSnapshot: Sendable {
    /// What is known of one family's rules.
    private enum Rules {
        case saved(String)
        /// They could not be read: then nothing can be told apart, and nothing is removed.
        case unknown(reason: String)
    }

    /// How often a removal is tried where others change rules at the same time.
    private static let attempts = 3

    private var families: [(command: String, before: Rules)]

    /// Takes the rules down. Legacy tables that nobody has made yet are left alone: reading makes them.
    static func take(backend: PacketFilterBackend) async -> PacketFilterSnapshot {
        var families: [(String, Rules)] = []
        for (family, tables) in [("iptables", "ip_tables_names"), ("ip6tables", "ip6_tables_names")] {
            guard let command = Programs.find("\(family)-\(backend.rawValue)") else { continue }
            let isEmpty =
                backend == .legacy && ((try? Files.read("/proc/net/" + tables)) ?? "").isEmpty
            families.append((command, isEmpty ? .saved("") : await read(command, limit: Tool.usualLimit)))
        }
        return PacketFilterSnapshot(families: families)
    }

    /// Removes the engine's rules that came since. The result says what could not be removed.
    ///
    /// - Parameters:
    ///   - ownership: Whose the namespace is.
    ///   - closedForwarding: Whether it was this engine that turned forwarding on.
    ///   - deadline: When to be done.
    func restore(
        ownership: NamespaceOwnership, closedForwarding: Bool, deadline: ContinuousClock.Instant
    ) async -> [String] {
        await withTaskGroup(of: String?.self) { group in
            for (command, before) in families {
                group.addTask {
                    guard case .saved(let before) = before else {
                        guard case .unknown(let reason) = before else { return nil }
                        return "rules of \(command): those before the start are not known (\(reason)), so"
                            + " none was removed"
                    }
                    return await Self.restore(
                        command, deadline: deadline
                    ) { after in
                        PacketFilterCleanup.script(
                            before: before, after: after, ownership: ownership,
                            closedForwarding: closedForwarding)
                    }
                }
            }
            return await group.reduce(into: []) { if let complaint = $1 { $0.append(complaint) } }.sorted()
        }
    }

    private static func restore(
        _ command: String, deadline: ContinuousClock.Instant, script: (_ after: String) -> String?
    ) async -> String? {
        var failure = "there was no time left"
        for _ in 1...attempts {
            let limit = min(ContinuousClock.now.duration(to: deadline), Tool.usualLimit)
            guard limit > .zero else { break }
            guard case .saved(let after) = await read(command, limit: limit) else {
                return "rules of \(command): they cannot be read, so none was removed"
            }
            guard let script = script(after) else { return nil }
            let result = await Tool.run(
                command + "-restore", ["--noflush", "-w", "5"], input: script,
                limit: max(.seconds(1), min(ContinuousClock.now.duration(to: deadline), Tool.usualLimit)))
            if result.isSuccess { return nil }
            // A rule that somebody else has just deleted makes all of it fail.
            failure = result.reason
        }
        return "rules of \(command): \(failure)"
    }

    private static func read(_ command: String, limit: Duration) async -> Rules {
        let result = await Tool.run(command + "-save", [], limit: limit)
        return result.isSuccess ? .saved(result.output) : .unknown(reason: result.reason)
    }
}
