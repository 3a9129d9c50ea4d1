import EnginePlan
import Foundation
import HostFacts
import Testing

/// A directory that `scripts/record-facts` wrote, read into the facts that `FactsReader` gives there.
struct RecordedHost {
    private let directory: URL

    init(_ name: String) {
        directory = TestFiles.directory.appending(path: "Recorded/\(name)")
    }

    /// The names of all recorded hosts.
    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: TestFiles.directory.path + "/Recorded")
            .filter { !$0.contains(".") }.sorted()
    }

    /// The facts. What a recording does not hold is what the Pod's image has: the engine's programs, and nft
    /// behind the command `iptables`, as is Debian's default.
    func facts() throws -> HostFacts {
        HostFacts(
            kernel: kernel(),
            process: .parse(
                status: text("proc/self/status"), uidMap: text("proc/self/uid_map"),
                limits: text("proc/self/limits"), lastCapability: 40),
            mounts: Mount.parse(mountinfo: text("proc/self/mountinfo")),
            cgroups: cgroups(),
            network: try network(),
            packetFilter: PacketFilterFacts(
                legacy: packetFilter("iptables-legacy", tables: "proc/net/ip_tables_names"),
                nft: packetFilter("iptables-nft"),
                legacyIPv6: packetFilter("ip6tables-legacy", tables: "proc/net/ip6_tables_names"),
                nftIPv6: packetFilter("ip6tables-nft"),
                preset: .nft),
            storage: try storage(),
            engine: EngineFacts(
                daemon: "/usr/sbin/dockerd",
                version: directory.lastPathComponent.hasPrefix("v2")
                    ? EngineVersion(major: 26, minor: 1) : EngineVersion(major: 20, minor: 10),
                runtime: "/usr/sbin/runc", wrapper: "/usr/local/bin/kinkajou-oci",
                containerInit: "/usr/local/bin/kinkajou-init",
                socketAnswers: lines("present").contains("/var/run/docker.sock")),
            proxyVariables: []
        )
    }

    private func kernel() -> KernelFacts {
        var settings: [String: String] = [:]
        for name in [
            "fs.inotify.max_user_instances", "fs.inotify.max_user_watches", "kernel.pid_max",
            "kernel.keys.maxkeys", "net.ipv4.ip_forward", "net.ipv6.conf.all.disable_ipv6",
            "net.netfilter.nf_conntrack_max",
        ] {
            settings[name] = lines("proc/sys/" + name.replacing(".", with: "/")).first
        }
        let modules = KernelFacts.parseModules(text("proc/modules"))
        return KernelFacts(
            release: lines("proc/sys/kernel/osrelease").first ?? "",
            modules: modules,
            // A kernel with everything built in has an empty directory.
            hasModuleDirectory: lines("present").contains("/lib/modules") && !modules.isEmpty,
            fileSystems: KernelFacts.parseFileSystems(text("proc/filesystems")),
            appArmorEnabled: lines("sys/module/apparmor/parameters/enabled").first == "Y",
            settings: settings,
            devices: lines("present").filter { $0.hasPrefix("/dev/") })
    }

    private func cgroups() -> CgroupFacts {
        let membership = CgroupMembership.parse(text("proc/self/cgroup"))
        let mounts = Mount.parse(mountinfo: text("proc/self/mountinfo"))
        var unified: UnifiedCgroupFacts?
        let root = "sys/fs/cgroup"
        if let own = membership.first(where: { $0.hierarchy == 0 })?.path,
            mounts.visible(at: "/" + root)?.fileSystem == "cgroup2"
        {
            let place = exists(root + own + "/cgroup.controllers") ? root + own : root
            unified = UnifiedCgroupFacts(
                rootType: lines(root + "/cgroup.type").first,
                controllers: words(place + "/cgroup.controllers"),
                subtreeControl: words(place + "/cgroup.subtree_control"))
        }
        return CgroupFacts(
            membership: membership,
            enabledControllers: CgroupFacts.parseControllers(text("proc/cgroups")), unified: unified)
    }

    private struct Link: Decodable {
        struct Address: Decodable {
            var family: String
            var local: String
            var prefixlen: Int
        }
        var ifname: String
        var flags: [String]
        var mtu: Int
        var addresses: [Address]

        enum CodingKeys: String, CodingKey {
            case ifname, flags, mtu
            case addresses = "addr_info"
        }
    }

    private func network() throws -> NetworkFacts {
        let links = try JSONDecoder().decode([Link].self, from: Data(text("ip-addr.json").utf8))
        let service = lines("environment").first { $0.hasPrefix("KUBERNETES_SERVICE_HOST=") }
        return NetworkFacts(
            interfaces: links.filter { !$0.flags.contains("LOOPBACK") }.map { link in
                NetworkInterface(
                    name: link.ifname, mtu: link.mtu,
                    addresses: link.addresses.filter { $0.family == "inet" }.compactMap {
                        IPv4Network("\($0.local)/\($0.prefixlen)")
                    })
            },
            routes: Route.parse(text("proc/net/route")),
            resolver: ResolverConfiguration(text: text("etc/resolv.conf")),
            serviceHost: service.map { String($0.drop { $0 != "=" }.dropFirst()) },
            hasBridgeNetfilter: exists("proc/sys/net/bridge"))
    }

    private func packetFilter(_ name: String, tables: String? = nil) -> PacketFilterBackendFacts {
        guard exists(name + "-nat.status") else {
            return PacketFilterBackendFacts(command: nil)
        }
        let isRead = tables.map { !text($0).isEmpty } ?? true
        return PacketFilterBackendFacts(
            command: "/usr/sbin/" + name,
            ruleCount: isRead ? PacketFilterBackendFacts.ruleCount(inSave: text(name + "-save")) : 0,
            failures: lines(name + "-nat.status") == ["0"]
                ? [:] : [.masquerade: lines(name + "-nat.stderr").last ?? ""])
    }

    private func storage() throws -> StorageFacts {
        let words = words("statfs-data-root")
        func value(_ label: String, after section: String) throws -> UInt64 {
            let start = try #require(words.firstIndex(of: section))
            let index = try #require(words[start...].firstIndex(of: label))
            return try #require(UInt64(words[index + 1]))
        }
        let type = words[try #require(words.firstIndex(of: "Type:")) + 1]
        let blockSize = try value("size:", after: "Fundamental")
        return StorageFacts(
            dataRoot: "/var/lib/docker",
            fileSystem: ["ext2/ext3": "ext4", "overlayfs": "overlay"][type] ?? type,
            writeError: lines("writable").contains("/var/lib/docker") ? nil : "Permission denied",
            freeBytes: try value("Available:", after: "Blocks:") * blockSize,
            totalBytes: try value("Total:", after: "Blocks:") * blockSize,
            freeInodes: try value("Free:", after: "Inodes:"),
            totalInodes: try value("Total:", after: "Inodes:"),
            presentDrivers: [])
    }

    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: directory.path + "/" + path)
    }

    private func text(_ path: String) -> String {
        (try? String(contentsOf: directory.appending(path: path), encoding: .utf8)) ?? ""
    }

    private func lines(_ path: String) -> [String] {
        text(path).split(separator: "\n").map(String.init)
    }

    private func words(_ path: String) -> [String] {
        text(path).split(whereSeparator: \.isWhitespace).map(String.init)
    }
}

/// Where the files of these tests are.
enum TestFiles {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent()
}
