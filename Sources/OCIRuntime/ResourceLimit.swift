/// A resource with limits, by its number (getrlimit(2)).
struct ResourceLimit: Equatable {
    let number: Int32

    /// The name without its prefix, in lower case; the index is the number of
    /// include/uapi/asm-generic/resource.h, which x86 and arm use.
    private static let names: [StaticString] = [
        "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks",
        "sigpending", "msgqueue", "nice", "rtprio", "rttime",
    ]

    /// RLIMIT_NOFILE, which has an upper bound of its own: the sysctl fs.nr_open.
    static let openFiles = ResourceLimit(number: 7)

    init(number: Int32) {
        self.number = number
    }

    /// The resource of a type as it stands in a spec, folded to lower case (`rlimit_nofile`).
    init?(foldedName: [UInt8]) {
        let prefix: StaticString = "rlimit_"
        guard foldedName.starts(with: prefix.bytes) else { return nil }
        let rest = foldedName.dropFirst(prefix.utf8CodeUnitCount)
        guard let index = Self.names.firstIndex(where: { rest.elementsEqual($0.bytes) }) else { return nil }
        number = Int32(index)
    }

    /// The name as people write it, `RLIMIT_NOFILE`.
    var name: String {
        "RLIMIT_" + String(decoding: Self.names[Int(number)].bytes, as: UTF8.self).uppercased()
    }
}
