internal import EnginePlan
internal import Linux

/// The nftables of a network namespace as they were before an engine came that uses them itself.
struct NFTablesSnapshot: Sendable {
    private let before: Tool.Result

    /// Takes the names of the tables down.
    static func take() async -> NFTablesSnapshot {
        NFTablesSnapshot(before: await list(limit: Tool.usualLimit))
    }

    /// Removes the engine's tables. The result says what could not be removed.
    func restore(ownership: NamespaceOwnership, deadline: ContinuousClock.Instant) async -> [String] {
        guard before.isSuccess else { return [Self.unknown(before)] }
        let after = await Self.list(limit: Self.limit(deadline))
        guard after.isSuccess else { return [Self.unknown(after)] }
        var left: [String] = []
        for table in NFTablesCleanup.deletions(
            before: before.output, after: after.output, ownership: ownership)
        {
            let words = ["delete", "table"] + table.split(separator: " ").map(String.init)
            let result = await Tool.run("nft", words, limit: Self.limit(deadline))
            if !result.isSuccess { left.append("table \(table): \(result.reason)") }
        }
        return left
    }

    private static func list(limit: Duration) async -> Tool.Result {
        await Tool.run("nft", ["list", "tables"], limit: limit)
    }

    private static func limit(_ deadline: ContinuousClock.Instant) -> Duration {
        max(.seconds(1), min(ContinuousClock.now.duration(to: deadline), Tool.usualLimit))
    }

    private static func unknown(_ result: Tool.Result) -> String {
        "tables of nftables: they cannot be listed (\(result.reason)), so none was removed"
    }
}
