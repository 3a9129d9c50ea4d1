internal import Glibc
public import HostFacts
public import Linux

/// What is asked of the kernel itself, as no file tells it.
public struct SystemCalls: Sendable {
    /// All interfaces but the loopback one, with their addresses.
    public var interfaces: @Sendable () -> [NetworkInterface]
    /// The file system that holds a path; nil where that cannot be known.
    public var fileSystem: @Sendable (_ path: String) -> FileSystemStatus?
    /// Why a path cannot be written to; nil: it can.
    public var writeFailure: @Sendable (_ path: String) -> SystemError?
    /// Whether a connection to a unix socket is taken.
    public var isListening: @Sendable (_ socket: String) -> Bool
    /// Whether keyctl(2) is refused.
    public var refusesKeyrings: @Sendable () -> Bool
    /// The clock.
    public var clock: @Sendable () -> ClockFacts
    /// How many inotify instances the processes hold that can be seen.
    public var inotifyInUse: @Sendable () -> Int
    /// How many inotify instances can be opened, up to a number of them; nil where something else is in the way. They
    /// are given back at once.
    public var inotifyLeft: @Sendable (_ most: Int) -> Int?

    /// Answers to all of it.
    public init(
        interfaces: @escaping @Sendable () -> [NetworkInterface],
        fileSystem: @escaping @Sendable (_ path: String) -> FileSystemStatus?,
        writeFailure: @escaping @Sendable (_ path: String) -> SystemError?,
        isListening: @escaping @Sendable (_ socket: String) -> Bool,
        refusesKeyrings: @escaping @Sendable () -> Bool,
        clock: @escaping @Sendable () -> ClockFacts,
        inotifyInUse: @escaping @Sendable () -> Int = { 0 },
        inotifyLeft: @escaping @Sendable (_ most: Int) -> Int? = { _ in nil }
    ) {
        self.interfaces = interfaces
        self.fileSystem = fileSystem
        self.writeFailure = writeFailure
        self.isListening = isListening
        self.refusesKeyrings = refusesKeyrings
        self.clock = clock
        self.inotifyInUse = inotifyInUse
        self.inotifyLeft = inotifyLeft
    }

    /// This machine's kernel.
    public static let real = SystemCalls(
        interfaces: realInterfaces,
        fileSystem: { try? FileSystemStatus(of: $0) },
        writeFailure: { access($0, W_OK) == 0 ? nil : SystemError("access", $0, errno) },
        isListening: realIsListening,
        refusesKeyrings: { KernelKeys.areRefused },
        clock: realClock,
        inotifyInUse: realInotifyInUse,
        inotifyLeft: realInotifyLeft)

    /// By getifaddrs(3).
    @Sendable private static func realInterfaces() -> [NetworkInterface] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var names: [String] = []
        var addresses: [String: [IPv4Network]] = [:]
        var next = first
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard entry.ifa_flags & UInt32(IFF_LOOPBACK) == 0 else { continue }
            let name = String(cString: entry.ifa_name)
            if !names.contains(name) { names.append(name) }
            guard let address = ipv4(entry.ifa_addr), let mask = ipv4(entry.ifa_netmask) else { continue }
            addresses[name, default: []].append(
                IPv4Network(address: address, prefixLength: mask.nonzeroBitCount))
        }
        return names.map { name in
            let mtu = (try? Files.read("/sys/class/net/\(name)/mtu"))?.split(separator: "\n").first
            return NetworkInterface(
                name: name, mtu: mtu.flatMap { Int($0) } ?? 1500, addresses: addresses[name] ?? [],
                bridge: Files.resolved("/sys/class/net/\(name)/master")?
                    .split(separator: "/").last.map(String.init))
        }
    }

    private static func ipv4(_ address: UnsafeMutablePointer<sockaddr>?) -> UInt32? {
        guard let address, address.pointee.sa_family == sa_family_t(AF_INET) else { return nil }
        return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
        }
    }

    @Sendable private static func realIsListening(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            guard path.utf8.count < bytes.count else { return false }
            bytes.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { return false }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    @Sendable private static func realClock() -> ClockFacts {
        var facts = ClockFacts(now: SystemClock.now, isSynchronised: SystemClock.isSynchronised)
        for file in ["/proc/self/exe", "/etc/hosts", "/etc/resolv.conf"] {
            guard let status = FileStatus(file), status.modified > facts.newestTime else { continue }
            facts.newestFile = Files.resolved(file) ?? file
            facts.newestTime = Int64(status.modified)
        }
        return facts
    }

    /// The descriptors below `/proc` that are one: proc(5), `/proc/pid/fd`.
    @Sendable private static func realInotifyInUse() -> Int {
        Files.directories(in: "/proc").filter { $0.allSatisfy(\.isNumber) }.reduce(0) { count, process in
            let directory = "/proc/\(process)/fd"
            return count
                + Files.names(in: directory).count { name in
                    Files.linkTarget("\(directory)/\(name)") == "anon_inode:inotify"
                }
        }
    }

    /// By inotify_init1(2), whose EMFILE is that of the user's instances or of this process' descriptors.
    @Sendable private static func realInotifyLeft(most: Int) -> Int? {
        var opened: [Int32] = []
        defer { for descriptor in opened { close(descriptor) } }
        while opened.count < most {
            let descriptor = inotify_init1(Int32(IN_CLOEXEC))
            guard descriptor < 0 else {
                opened.append(descriptor)
                continue
            }
            guard errno == EMFILE else { return nil }
            let other = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard other >= 0 else { return nil }
            close(other)
            break
        }
        return opened.count
    }
}
