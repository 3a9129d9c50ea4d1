/// Memory, processors and processes that may be used here.
public struct ResourceFacts: Sendable, Equatable, Codable {
    /// How often the cgroup had to wait for its share of the processors (`cpu.stat`).
    public struct Throttling: Sendable, Equatable, Codable {
        /// Periods in which it ran.
        public var periods: Int
        /// Those of them in which it was held back.
        public var throttled: Int

        /// Throttling from its counts.
        public init(periods: Int, throttled: Int) {
            self.periods = periods
            self.throttled = throttled
        }
    }

    /// The processors that this process may run on.
    public var processors: Int
    /// The processors that the cgroup may use, such as 1.5; nil: no limit.
    public var processorQuota: Double?
    /// Whether that limit was felt; nil where there is none.
    public var throttling: Throttling?
    /// The machine's memory in bytes.
    public var memoryTotal: UInt64
    /// What of it could be used at once, in bytes.
    public var memoryAvailable: UInt64
    /// The cgroup's memory limit in bytes; nil: none.
    public var memoryLimit: UInt64?
    /// The machine's swap space in bytes.
    public var swapTotal: UInt64
    /// How many processes and threads the cgroup may have; nil: no limit.
    public var processLimit: UInt64?
    /// How many it has.
    public var processes: UInt64
    /// Which program could not be started for the limit of processes (EAGAIN of fork(2)), and what was said; nil: all could.
    public var startFailure: String?
    /// Whether the kernel kills all of the cgroup where one of its processes ran out of memory
    /// (`memory.oom.group`).
    public var killsAsGroup: Bool

    /// Facts from their parts.
    public init(
        processors: Int = 0, processorQuota: Double? = nil, throttling: Throttling? = nil,
        memoryTotal: UInt64 = 0, memoryAvailable: UInt64 = 0, memoryLimit: UInt64? = nil,
        swapTotal: UInt64 = 0, processLimit: UInt64? = nil, processes: UInt64 = 0,
        startFailure: String? = nil,
        killsAsGroup: Bool = false
    ) {
        self.processors = processors
        self.processorQuota = processorQuota
        self.throttling = throttling
        self.memoryTotal = memoryTotal
        self.memoryAvailable = memoryAvailable
        self.memoryLimit = memoryLimit
        self.swapTotal = swapTotal
        self.processLimit = processLimit
        self.processes = processes
        self.startFailure = startFailure
        self.killsAsGroup = killsAsGroup
    }

    /// The memory that may be used in all: the limit, or what the machine has.
    public var memoryBound: UInt64 { min(memoryLimit ?? .max, memoryTotal) }

    /// The processors that may be used in all.
    public var processorBound: Double { min(processorQuota ?? .infinity, Double(processors)) }
}

extension ResourceFacts {
    /// Takes the machine's memory from a `/proc/meminfo` text (proc_meminfo(5)).
    public mutating func take(meminfo text: String) {
        func bytes(_ name: String) -> UInt64 {
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name + ":") }) else {
                return 0
            }
            let words = line.split(separator: " ")
            return words.count > 1 ? (UInt64(words[1]) ?? 0) << 10 : 0
        }
        memoryTotal = bytes("MemTotal")
        memoryAvailable = bytes("MemAvailable")
        swapTotal = bytes("SwapTotal")
    }

    /// The processors of a list such as `0-3,8`, which `Cpus_allowed_list` of `/proc/self/status` is.
    public static func processors(inStatus text: String) -> Int {
        let title = "Cpus_allowed_list:"
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(title) }) else { return 0 }
        return line.dropFirst(title.count).split(whereSeparator: { $0 == "," || $0 == "\t" || $0 == " " })
            .reduce(0) { sum, part in
                let ends = part.split(separator: "-").compactMap { Int($0) }
                guard let first = ends.first, let last = ends.last, last >= first else { return sum }
                return sum + last - first + 1
            }
    }

    /// A limit as cgroup files give it; nil for `max`, and for the numbers that version 1 means none by.
    public static func limit(_ text: String) -> UInt64? {
        guard let value = text.split(separator: "\n").first.flatMap({ UInt64($0) }), value < 1 << 62 else {
            return nil
        }
        return value
    }

    /// The processors of `cpu.max` (cgroup version 2): a quota and its period in microseconds.
    public static func quota(cpuMax text: String) -> Double? {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
        return words.count == 2 ? quota(String(words[0]), period: String(words[1])) : nil
    }

    /// The processors of `cpu.cfs_quota_us` and `cpu.cfs_period_us` (cgroup version 1).
    public static func quota(_ quota: String, period: String) -> Double? {
        let numbers = [quota, period].map { Double($0.split(separator: "\n").first ?? "") }
        guard let quota = numbers[0], let period = numbers[1], quota > 0, period > 0 else { return nil }
        return quota / period
    }

    /// The counts of a `cpu.stat` text.
    public static func throttling(cpuStat text: String) -> Throttling? {
        var values: [Substring: Int] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2 { values[words[0]] = Int(words[1]) }
        }
        guard let periods = values["nr_periods"], let throttled = values["nr_throttled"] else { return nil }
        return Throttling(periods: periods, throttled: throttled)
    }
}
