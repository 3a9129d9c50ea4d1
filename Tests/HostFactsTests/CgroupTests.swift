import Testing

@testable import HostFacts

struct CgroupTests {
    @Test func memberships() {
        let text = "9:name=systemd:/a:b\n4:cpu,cpuacct:/docker/x\n0::/init.scope\n"
        #expect(
            CgroupMembership.parse(text) == [
                CgroupMembership(hierarchy: 9, controllers: ["name=systemd"], path: "/a:b"),
                CgroupMembership(hierarchy: 4, controllers: ["cpu", "cpuacct"], path: "/docker/x"),
                CgroupMembership(hierarchy: 0, controllers: [], path: "/init.scope"),
            ])
    }

    @Test(arguments: ["", "\n", "0", "0:", ":", "x::/", "0:/"])
    func hostileMemberships(text: String) {
        #expect(CgroupMembership.parse(text).isEmpty)
    }

    @Test func controllers() {
        let text = """
            #subsys_name\thierarchy\tnum_cgroups\tenabled
            cpuset\t3\t1\t1
            memory\t0\t97\t0
            pids\t8\t2\t1
            broken\t8
            """
        #expect(CgroupFacts.parseControllers(text) == ["cpuset", "pids"])
        #expect(CgroupFacts.parseControllers("").isEmpty)
    }

    // MARK: - Layouts

    private func layout(_ mounts: String, _ membership: String) -> CgroupLayout {
        CgroupLayout(mounts: Mount.parse(mountinfo: mounts), membership: CgroupMembership.parse(membership))
    }

    @Test func version1WithTheHostsHierarchies() throws {
        let layout = layout(
            "1 0 0:1 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
            "1:cpu,cpuacct:/docker/x")
        guard case .v1(let hierarchies, nil) = layout else {
            Issue.record("\(layout)")
            return
        }
        let cpu = try #require(hierarchies.first)
        #expect(cpu.name == "cpu,cpuacct")
        #expect(cpu.ownPathInMount == "/docker/x")
        #expect(!cpu.isBoundAtOwnPath)
    }

    @Test func version1BoundAtTheOwnPath() {
        let hierarchies = layout(
            "1 0 0:1 /docker/x /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu", "1:cpu:/docker/x"
        ).hierarchies
        #expect(hierarchies.map(\.ownPathInMount) == [""])
        #expect(hierarchies.map(\.isBoundAtOwnPath) == [true])
    }

    @Test func version1InANamespace() {
        let hierarchies = layout("1 0 0:1 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu", "1:cpu:/")
            .hierarchies
        #expect(hierarchies.map(\.ownPathInMount) == [""])
        #expect(hierarchies.map(\.isBoundAtOwnPath) == [false])
    }

    @Test func hostsHierarchyInANamespaceHasNoOwnPath() {
        let hierarchies = layout("1 0 0:1 /../.. /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu", "1:cpu:/")
            .hierarchies
        #expect(hierarchies.count == 1)
        #expect(hierarchies.first?.ownPathInMount == nil)
    }

    @Test func hybrid() {
        let layout = layout(
            """
            1 0 0:1 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
            2 0 0:2 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
            """, "1:cpu:/\n0::/x")
        guard case .v1(let hierarchies, let unified?) = layout else {
            Issue.record("\(layout)")
            return
        }
        #expect(hierarchies.count == 1)
        #expect(unified.mountPoint == "/sys/fs/cgroup/unified")
        #expect(layout.hierarchies.map(\.name) == ["cpu", ""])
    }

    @Test func version2() {
        #expect(
            layout("1 0 0:1 / /sys/fs/cgroup ro - cgroup2 cgroup rw", "0::/x")
                == .v2(
                    CgroupHierarchy(
                        name: "", mountPoint: "/sys/fs/cgroup", root: "/", ownPath: "/x", isReadOnly: true)))
    }

    @Test(arguments: [
        ("", "0::/"), ("1 0 0:1 / /sys/fs/cgroup rw - tmpfs t rw", "0::/\n1:cpu:/"),
        // Mounted elsewhere, for somebody else.
        ("1 0 0:1 / /mnt/cgroup rw - cgroup2 cgroup rw", "0::/"),
        ("1 0 0:1 / /mnt/cgroup/cpu rw - cgroup cgroup rw,cpu", "1:cpu:/"),
        ("1 0 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup rw", ""),
    ])
    func none(mounts: String, membership: String) {
        #expect(layout(mounts, membership) == .none)
        #expect(layout(mounts, membership).hierarchies.isEmpty)
    }

    @Test func rebindsLieDeeperThanTheHierarchy() {
        let hierarchies = layout(
            """
            1 0 0:1 /docker/x /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
            2 0 0:1 /docker/x /sys/fs/cgroup/cpu/docker/x rw - cgroup cgroup rw,cpu
            """, "1:cpu:/docker/x"
        ).hierarchies
        #expect(hierarchies.map(\.mountPoint) == ["/sys/fs/cgroup/cpu"])
    }

    /// Remounted in a namespace: the new mount lies over the old one.
    @Test func ofTwoMountsAtOnePlaceTheLastCounts() {
        let hierarchies = layout(
            """
            1 0 0:1 /../.. /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
            2 1 0:1 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
            """, "1:cpu:/"
        ).hierarchies
        #expect(hierarchies.map(\.root) == ["/"])
    }

    /// `cpu` is not `cpuset`, and a controller that the container's runtime did not mount is left out.
    @Test func controllersAreComparedAsAWhole() {
        let hierarchies = layout(
            "1 0 0:1 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset", "1:cpu:/\n2:cpuset:/\n3:misc:/"
        ).hierarchies
        #expect(hierarchies.map(\.name) == ["cpuset"])
    }
}
