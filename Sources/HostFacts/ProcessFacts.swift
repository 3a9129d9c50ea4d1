/// What the process may do.
public struct ProcessFacts: Sendable, Equatable, Codable {
    /// The effective user.
    public var userID: Int
    /// The capabilities in force.
    public var effective: CapabilitySet
    /// The capabilities that can be had at all (`CapBnd`).
    public var bounding: CapabilitySet
    /// The highest capability that the kernel knows.
    public var lastCapability: Int
    /// Whether this is the initial user namespace: its map covers every user one to one.
    public var isInitialUserNamespace: Bool
    /// `Seccomp` of `/proc/self/status`: 0 none, 1 strict, 2 a filter.
    public var seccompMode: Int
    /// The hard limit of open files; `UInt64.max` where there is none.
    public var openFilesLimit: UInt64

    /// Facts from their parts.
    public init(
        userID: Int, effective: CapabilitySet, bounding: CapabilitySet, lastCapability: Int,
        isInitialUserNamespace: Bool, seccompMode: Int, openFilesLimit: UInt64
    ) {
        self.userID = userID
        self.effective = effective
        self.bounding = bounding
        self.lastCapability = lastCapability
        self.isInitialUserNamespace = isInitialUserNamespace
        self.seccompMode = seccompMode
        self.openFilesLimit = openFilesLimit
    }

    /// The capabilities that a privileged container would ask for and cannot be given.
    public var missingFromBounding: [String] {
        bounding.missing(from: .full(upTo: lastCapability))
    }

    /// Reads `/proc/self/status`, `uid_map` and `limits`.
    public static func parse(
        status: String, uidMap: String, limits: String, lastCapability: Int
    ) -> ProcessFacts {
        var fields: [Substring: Substring] = [:]
        for line in status.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            fields[parts[0]] = parts[1].drop(while: { $0 == "\t" || $0 == " " })
        }
        func mask(_ name: Substring) -> CapabilitySet {
            CapabilitySet(bits: fields[name].flatMap { UInt64($0, radix: 16) } ?? 0)
        }
        let users = fields["Uid"]?.split(separator: "\t") ?? []
        let map = uidMap.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
        return ProcessFacts(
            userID: users.count > 1 ? Int(users[1]) ?? 0 : 0,
            effective: mask("CapEff"),
            bounding: mask("CapBnd"),
            lastCapability: lastCapability,
            isInitialUserNamespace: map == ["0", "0", "4294967295"],
            seccompMode: fields["Seccomp"].flatMap { Int($0) } ?? 0,
            openFilesLimit: openFilesLimit(in: limits)
        )
    }

    private static func openFilesLimit(in limits: String) -> UInt64 {
        let title = "Max open files"
        guard let line = limits.split(separator: "\n").first(where: { $0.hasPrefix(title) }) else {
            return .max
        }
        let values = line.dropFirst(title.count).split(separator: " ")
        return values.count > 1 ? UInt64(values[1]) ?? .max : .max
    }
}
