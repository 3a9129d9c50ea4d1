internal import Glibc

/// One line of the process table.
struct ProcessEntry: Equatable {
    let pid: pid_t
    let parent: pid_t
    let group: pid_t
    /// `Z` for one that has ended and waits to be reaped.
    let state: UInt8

    /// Reads the text of `/proc/<pid>/stat`, proc_pid_stat(5): `pid (name) state ppid pgrp ...`. The name
    /// may hold anything, also parentheses and spaces, so the last `)` ends it.
    init?(stat: some BidirectionalCollection<UInt8>) {
        guard let open = stat.firstIndex(of: UInt8(ascii: "(")),
            let close = stat.lastIndex(of: UInt8(ascii: ")")), open < close
        else { return nil }
        let space = UInt8(ascii: " ")
        let fields = stat[stat.index(after: close)...].split(separator: space, maxSplits: 4)
        guard fields.count >= 3, let state = fields[0].first,
            let pid = Self.integer(stat[..<open].prefix { $0 != space }),
            let parent = Self.integer(fields[1]), let group = Self.integer(fields[2])
        else { return nil }
        self.pid = pid
        self.parent = parent
        self.group = group
        self.state = state
    }

    init(pid: pid_t, parent: pid_t, group: pid_t, state: UInt8 = UInt8(ascii: "S")) {
        self.pid = pid
        self.parent = parent
        self.group = group
        self.state = state
    }

    private static func integer(_ digits: some Collection<UInt8>) -> pid_t? {
        pid_t(String(decoding: digits, as: UTF8.self))
    }
}

/// The processes that /proc shows, at about one moment.
struct ProcessTable {
    let entries: [ProcessEntry]

    /// The processes below `ancestor`, without itself and without those that have ended.
    func descendants(of ancestor: pid_t) -> [ProcessEntry] {
        let below = subtree(of: ancestor)
        return entries.filter { below.contains($0.pid) && $0.state != UInt8(ascii: "Z") }
    }

    /// The process groups whose every member is a descendant of `ancestor`: those may be signalled as a
    /// whole, which the kernel does without letting one of them fork meanwhile.
    func ownedGroups(of ancestor: pid_t) -> [pid_t] {
        let below = subtree(of: ancestor)
        var owned: Set<pid_t> = []
        var shared: Set<pid_t> = []
        for entry in entries {
            if below.contains(entry.pid) { owned.insert(entry.group) } else { shared.insert(entry.group) }
        }
        // Group 0 is one of an outer PID namespace; 1 would be read as "everyone" when negated.
        return owned.subtracting(shared).filter { $0 > 1 }.sorted()
    }

    private func subtree(of ancestor: pid_t) -> Set<pid_t> {
        var children: [pid_t: [pid_t]] = [:]
        for entry in entries { children[entry.parent, default: []].append(entry.pid) }
        var below: Set<pid_t> = []
        var next = children[ancestor] ?? []
        while let pid = next.popLast() {
            // The table is not read at one moment, so it may hold a circle.
            guard pid != ancestor, below.insert(pid).inserted else { continue }
            next += children[pid] ?? []
        }
        return below
    }
}

extension ProcessTable {
    /// Reads /proc. `nil` when it is not there, or shows another PID namespace than the caller's.
    static func read() -> ProcessTable? {
        var link = [CChar](repeating: 0, count: 32)
        guard readlink("/proc/self", &link, link.count - 1) > 0,
            pid_t(String(decoding: link.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
                == getpid(),
            let directory = opendir("/proc")
        else { return nil }
        defer { closedir(directory) }

        var entries: [ProcessEntry] = []
        var buffer = [UInt8](repeating: 0, count: 1024)
        while let entry = readdir(directory) {
            // Only the names that are numbers are processes.
            let pid = withUnsafeBytes(of: &entry.pointee.d_name) { name in
                pid_t(String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
            }
            guard let pid else { continue }
            let descriptor = open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            close(descriptor)
            if count > 0, let parsed = ProcessEntry(stat: buffer[..<count]) { entries.append(parsed) }
        }
        return ProcessTable(entries: entries)
    }
}
