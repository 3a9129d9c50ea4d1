internal import EnginePlan
internal import HostFacts
internal import HostReader
internal import Linux

/// The mounts, interfaces and rules that were there before the engine, to compare with and to come back to.
struct EnvironmentBaseline: Sendable {
    private let network: NetworkFacts
    private let mountPoints: Set<String>
    /// nil: the engine makes no rules by iptables.
    private let packetFilter: PacketFilterSnapshot?
    /// nil: the engine has no tables of its own.
    private let tables: NFTablesSnapshot?
    private let closedForwarding: Bool

    /// Takes down what is there.
    static func take(facts: HostFacts, plan: Plan) async -> EnvironmentBaseline {
        EnvironmentBaseline(
            network: facts.network,
            mountPoints: Set(facts.mounts.map(\.mountPoint)),
            packetFilter: plan.firewall == .iptables
                ? await PacketFilterSnapshot.take(backend: plan.packetFilter) : nil,
            tables: plan.firewall == .nftables ? await NFTablesSnapshot.take() : nil,
            closedForwarding: facts.kernel.settings["net.ipv4.ip_forward"] == "0"
        )
    }

    /// Removes the engine's mounts, interfaces and rules. The result names what is left.
    ///
    /// - Parameters:
    ///   - made: What the engine said that it had.
    ///   - dataRoot: Where its data is.
    ///   - deadline: When to be done.
    func sweep(made: EngineTraces, dataRoot: String, deadline: ContinuousClock.Instant) async -> [String] {
        let ownership = NamespaceOwnership(made: made, isShared: Self.isShared())
        var left = sweepMounts(dataRoot: dataRoot)
        let deletions = InterfaceCleanup.deletions(
            before: network, now: SystemCalls.real.interfaces(), ownership: ownership)
        for name in deletions {
            let limit = max(.seconds(1), min(ContinuousClock.now.duration(to: deadline), Tool.usualLimit))
            do throws(ToolFailure) {
                try await Links.delete(name, limit: limit)
            } catch {
                left.append("interface \(name): \(error.reason)")
            }
        }
        if let packetFilter {
            left += await packetFilter.restore(
                ownership: ownership, closedForwarding: closedForwarding, deadline: deadline)
        }
        if let tables { left += await tables.restore(ownership: ownership, deadline: deadline) }
        return left
    }

    private func sweepMounts(dataRoot: String) -> [String] {
        var left: [String] = []
        let engineDirectories = [dataRoot, "/run/docker", "/var/run/docker"].map { Files.resolved($0) ?? $0 }
        for mount in FactsReader().mounts().reversed() where !mountPoints.contains(mount.mountPoint) {
            guard engineDirectories.contains(where: { mount.mountPoint.isWithin(path: $0) }) else { continue }
            do throws(SystemError) {
                try Mounting.unmount(mount.mountPoint, lazily: true)
            } catch {
                left.append("mount \(mount.mountPoint): \(error.reason)")
            }
        }
        return left
    }

    /// Whether another engine is in this network namespace, now that ours has ended. Where that cannot be known
    /// it is taken for granted.
    private static func isShared() -> Bool {
        guard let sockets = try? Files.read("/proc/net/unix") else { return true }
        return EngineSockets.parse(sockets).contains { $0 != EngineSockets.claim }
    }
}
