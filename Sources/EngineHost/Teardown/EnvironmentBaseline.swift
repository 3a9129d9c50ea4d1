public import HostFacts
internal import HostReader
internal import Linux

/// What was there before the engine, to compare with and to come back to.
public struct EnvironmentBaseline: Sendable {
    private let interfaces: Set<String>
    private let mountPoints: Set<String>
    private let cgroupDirectories: [String]
    private let packetFilter: PacketFilterSnapshot

    /// Takes down what is there. `cgroups` names the directories that the engine's cgroups will be in;
    /// those that exist already belong to somebody else and are never touched.
    public static func take(
        facts: HostFacts, backend: PacketFilterBackend, cgroups: [String]
    ) async -> EnvironmentBaseline {
        EnvironmentBaseline(
            // A docker0 that is there already was left by an engine that was killed: it goes too.
            interfaces: Set(facts.network.interfaces.map(\.name).filter { $0 != "docker0" }),
            mountPoints: Set(facts.mounts.map(\.mountPoint)),
            cgroupDirectories: cgroups.filter { !Files.exists($0) },
            packetFilter: await PacketFilterSnapshot.take(backend: backend)
        )
    }

    /// Removes the engine's cgroups, with every process in them.
    public func sweepCgroups(within limit: Duration) async -> [String] {
        await withTaskGroup(of: [String].self) { group in
            for directory in cgroupDirectories {
                group.addTask { await CgroupSweeper.sweep(directory, within: limit) }
            }
            return await group.reduce(into: []) { $0 += $1 }.map { "cgroup \($0)" }.sorted()
        }
    }

    /// Removes the engine's mounts, interfaces and rules. The result names what is left.
    public func sweepRest(dataRoot: String) async -> [String] {
        var left: [String] = []
        let engineDirectories = [dataRoot, "/run/docker", "/var/run/docker"].map { Files.resolved($0) ?? $0 }
        for mount in Mount.parse(mountinfo: FactsReader.text("/proc/self/mountinfo")).reversed()
        where !mountPoints.contains(mount.mountPoint) {
            guard engineDirectories.contains(where: { mount.mountPoint.isWithin(path: $0) }) else { continue }
            do throws(SystemError) {
                try Mounting.unmount(mount.mountPoint, lazily: true)
            } catch {
                left.append("mount \(mount.mountPoint): \(error.reason)")
            }
        }
        for interface in NetworkReader.interfaces()
        where !interfaces.contains(interface.name) && Self.isEngineInterface(interface.name) {
            let result = await Tool.run("ip", ["link", "delete", interface.name])
            // A veth pair goes with its other end, perhaps just now.
            if !result.isSuccess, Files.exists("/sys/class/net/\(interface.name)") {
                left.append("interface \(interface.name): \(result.reason)")
            }
        }
        return left + (await packetFilter.restore())
    }

    private static func isEngineInterface(_ name: String) -> Bool {
        NetworkInterface.isEngineBridge(name) || name.hasPrefix("veth")
    }
}
