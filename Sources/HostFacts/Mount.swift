/// One line of `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
public struct Mount: Sendable, Equatable, Codable {
    /// The mount's identifier, unique while it exists.
    public var id: Int
    /// The identifier of the mount it lies on.
    public var parent: Int
    /// The directory of the file system that is the root of this mount.
    public var root: String
    /// Where it is mounted, as the reading process sees it.
    public var mountPoint: String
    /// Options of this mount, such as `rw` or `nosuid`.
    public var options: [String]
    /// Optional fields, such as `shared:1`.
    public var propagation: [String]
    /// The type of the file system, such as `ext4` or `cgroup2`.
    public var fileSystem: String
    /// The device or name it was mounted from.
    public var source: String
    /// Options of the file system itself, such as the controllers of a version 1 cgroup.
    public var superOptions: [String]

    /// Whether nothing can be written through this mount.
    public var isReadOnly: Bool {
        options.contains("ro") || superOptions.contains("ro")
    }

    /// Whether mounts below it are passed on to its peers.
    public var isShared: Bool {
        propagation.contains { $0.hasPrefix("shared:") }
    }
}

extension Mount {
    /// All mounts of a `mountinfo` text, in its order. Lines that do not have the format are left out.
    public static func parse(mountinfo text: String) -> [Mount] {
        text.split(separator: "\n").compactMap { Mount(line: $0) }
    }

    private init?(line: Substring) {
        let fields = line.split(separator: " ")
        guard let separator = fields.firstIndex(of: "-"), separator >= 6, fields.count >= separator + 3,
            let id = Int(fields[0]), let parent = Int(fields[1])
        else { return nil }
        self.init(
            id: id,
            parent: parent,
            root: Self.unescape(fields[3]),
            mountPoint: Self.unescape(fields[4]),
            options: fields[5].split(separator: ",").map(String.init),
            propagation: fields[6..<separator].map(String.init),
            fileSystem: String(fields[separator + 1]),
            source: Self.unescape(fields[separator + 2]),
            superOptions: fields.count > separator + 3
                ? fields[separator + 3].split(separator: ",").map(String.init) : []
        )
    }

    /// Undoes the kernel's escapes: space, tab, newline and backslash stand as three octal digits.
    private static func unescape(_ field: Substring) -> String {
        guard field.utf8.contains(UInt8(ascii: "\\")) else { return String(field) }
        var bytes: [UInt8] = []
        var rest = field.utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let value = UInt8(Substring(digits), radix: 8)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension [Mount] {
    /// The mount that is seen at a mount point: the last one made there hides the others.
    public func visible(at mountPoint: String) -> Mount? {
        last { $0.mountPoint == mountPoint }
    }

    /// The mount on which a path lies.
    public func holding(path: String) -> Mount? {
        var best: Mount?
        for mount in self where path.isWithin(path: mount.mountPoint) {
            if mount.mountPoint.utf8.count >= best?.mountPoint.utf8.count ?? 0 { best = mount }
        }
        return best
    }
}

extension String {
    /// Whether this absolute path is the other one or lies below it.
    public func isWithin(path: String) -> Bool {
        path == "/" || self == path || hasPrefix(path + "/")
    }
}
