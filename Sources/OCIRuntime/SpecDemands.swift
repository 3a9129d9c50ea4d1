/// What a spec asks of the kernel that may not be granted, and where in its text each demand stands.
///
/// A key can stand more than once in an object. Go merges the occurrences of an object and lets the
/// last one of everything else win, other parsers do otherwise: every occurrence counts here.
struct SpecDemands: Equatable {
    /// One entry of a list of capabilities; one that no name is known for has no capability.
    struct CapabilityEntry: Equatable {
        let range: Range<Int>
        let capability: Capability?
    }

    /// An integer of the spec and where it stands.
    struct Number<Value: FixedWidthInteger>: Equatable {
        let range: Range<Int>
        let value: Value
    }

    /// One entry of `process.rlimits`, of a known type and with integers only.
    struct Limit: Equatable {
        let resource: ResourceLimit
        let hard: [Number<UInt64>]
        let soft: [Number<UInt64>]
    }

    /// One entry of a list of mount options; one that is no string has no name.
    struct MountOption: Equatable {
        let range: Range<Int>
        /// In lower case.
        let name: [UInt8]
    }

    /// The five lists of `process.capabilities`, as many as there are.
    private(set) var capabilities: [[CapabilityEntry]] = []
    /// `process.oomScoreAdj`.
    private(set) var oomScores: [Number<Int>] = []
    /// `process.rlimits`.
    private(set) var limits: [Limit] = []
    /// The options of each sysfs among `mounts`.
    private(set) var sysfsOptions: [[MountOption]] = []
    /// Whether `linux.namespaces` has a user namespace, be it a new one or one to join.
    private(set) var hasUserNamespace = false

    /// Reads a bundle's `config.json`.
    init(config text: [UInt8]) throws(JSONSyntaxError) {
        var scanner = JSONScanner(text)
        try readObject(&scanner) { (scanner, key, demands) throws(JSONSyntaxError) in
            if key.isNamed("process") {
                try demands.readProcess(&scanner)
            } else if key.isNamed("linux") {
                try demands.readLinux(&scanner)
            } else if key.isNamed("mounts") {
                try demands.readMounts(&scanner)
            } else {
                try scanner.skipValue()
            }
        }
    }

    /// Reads a process on its own, the file that `exec --process` names.
    init(process text: [UInt8]) throws(JSONSyntaxError) {
        var scanner = JSONScanner(text)
        try readProcess(&scanner)
    }

    /// Whether a capability is demanded that is not in the set, one bit for each.
    func exceeds(_ set: UInt64) -> Bool {
        capabilities.contains { list in
            list.contains { entry in entry.capability.map { !$0.isIn(set) } ?? false }
        }
    }

    // MARK: Objects

    private typealias Member = (inout JSONScanner, [UInt8], inout SpecDemands) throws(JSONSyntaxError) -> Void

    /// Hands each member to `member`, with its key folded; skips what is no object.
    private mutating func readObject(
        _ scanner: inout JSONScanner, member: Member
    ) throws(JSONSyntaxError) {
        guard try scanner.nextKind() == .object else {
            try scanner.skipValue()
            return
        }
        try scanner.readObject { (scanner, key) throws(JSONSyntaxError) in
            try member(&scanner, scanner.foldedName(key), &self)
        }
    }

    private mutating func readProcess(_ scanner: inout JSONScanner) throws(JSONSyntaxError) {
        try readObject(&scanner) { (scanner, key, demands) throws(JSONSyntaxError) in
            if key.isNamed("capabilities") {
                try demands.readCapabilities(&scanner)
            } else if key.isNamed("oomscoreadj") {
                if let score = try readInteger(&scanner, as: Int.self) { demands.oomScores.append(score) }
            } else if key.isNamed("rlimits") {
                try demands.readLimits(&scanner)
            } else {
                try scanner.skipValue()
            }
        }
    }

    private static let capabilityLists: [StaticString] = [
        "bounding", "effective", "inheritable", "permitted", "ambient",
    ]

    private mutating func readCapabilities(_ scanner: inout JSONScanner) throws(JSONSyntaxError) {
        try readObject(&scanner) { (scanner, key, demands) throws(JSONSyntaxError) in
            guard key.isNamed(anyOf: Self.capabilityLists),
                try scanner.nextKind() == .array
            else {
                try scanner.skipValue()
                return
            }
            var entries: [CapabilityEntry] = []
            try scanner.readArray { (scanner) throws(JSONSyntaxError) in
                let isString = try scanner.nextKind() == .string
                let range = try scanner.skipValue()
                let capability = isString ? Capability(foldedName: scanner.foldedName(range)) : nil
                entries.append(CapabilityEntry(range: range, capability: capability))
            }
            demands.capabilities.append(entries)
        }
    }

    private mutating func readLimits(_ scanner: inout JSONScanner) throws(JSONSyntaxError) {
        guard try scanner.nextKind() == .array else {
            try scanner.skipValue()
            return
        }
        try scanner.readArray { (scanner) throws(JSONSyntaxError) in
            var resource: ResourceLimit?
            var hard: [Number<UInt64>] = []
            var soft: [Number<UInt64>] = []
            var integersOnly = true
            try readObject(&scanner) { (scanner, key, _) throws(JSONSyntaxError) in
                let isHard = key.isNamed("hard")
                if isHard || key.isNamed("soft") {
                    if let limit = try readInteger(&scanner, as: UInt64.self) {
                        if isHard { hard.append(limit) } else { soft.append(limit) }
                    } else {
                        integersOnly = false
                    }
                } else if key.isNamed("type") {
                    resource = try readName(&scanner).flatMap(ResourceLimit.init(foldedName:))
                } else {
                    try scanner.skipValue()
                }
            }
            if let resource, integersOnly {
                limits.append(Limit(resource: resource, hard: hard, soft: soft))
            }
        }
    }

    private mutating func readMounts(_ scanner: inout JSONScanner) throws(JSONSyntaxError) {
        guard try scanner.nextKind() == .array else {
            try scanner.skipValue()
            return
        }
        try scanner.readArray { (scanner) throws(JSONSyntaxError) in
            var isSysfs = false
            var options: [MountOption] = []
            try readObject(&scanner) { (scanner, key, _) throws(JSONSyntaxError) in
                if key.isNamed("type") {
                    isSysfs = try readName(&scanner)?.isNamed("sysfs") ?? false
                } else if key.isNamed("options"), try scanner.nextKind() == .array {
                    options = []
                    try scanner.readArray { (scanner) throws(JSONSyntaxError) in
                        let isString = try scanner.nextKind() == .string
                        let range = try scanner.skipValue()
                        let name = isString ? scanner.foldedName(range) : []
                        options.append(MountOption(range: range, name: name))
                    }
                } else {
                    try scanner.skipValue()
                }
            }
            if isSysfs { sysfsOptions.append(options) }
        }
    }

    private mutating func readLinux(_ scanner: inout JSONScanner) throws(JSONSyntaxError) {
        // `null` takes back what an earlier occurrence said.
        if try scanner.nextKind() == .literal { hasUserNamespace = false }
        try readObject(&scanner) { (scanner, key, demands) throws(JSONSyntaxError) in
            guard key.isNamed("namespaces") else {
                try scanner.skipValue()
                return
            }
            demands.hasUserNamespace = false
            guard try scanner.nextKind() == .array else {
                try scanner.skipValue()
                return
            }
            try scanner.readArray { (scanner) throws(JSONSyntaxError) in
                var isUser = false
                try demands.readObject(&scanner) { (scanner, key, _) throws(JSONSyntaxError) in
                    if key.isNamed("type") {
                        isUser = try readName(&scanner)?.isNamed("user") ?? false
                    } else {
                        try scanner.skipValue()
                    }
                }
                if isUser { demands.hasUserNamespace = true }
            }
        }
    }
}

/// Reads a value; the name that it is, folded to lower case, if it is a string.
private func readName(_ scanner: inout JSONScanner) throws(JSONSyntaxError) -> [UInt8]? {
    let isString = try scanner.nextKind() == .string
    let range = try scanner.skipValue()
    return isString ? scanner.foldedName(range) : nil
}

/// Reads a value; the integer that it is, if it is one that fits. As in Go, `1.0` and `1e3` are none.
private func readInteger<Value: FixedWidthInteger>(
    _ scanner: inout JSONScanner, as type: Value.Type
) throws(JSONSyntaxError) -> SpecDemands.Number<Value>? {
    let isNumber = try scanner.nextKind() == .number
    let range = try scanner.skipValue()
    guard isNumber else { return nil }
    var digits = scanner.text[range]
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative {
        guard Value.isSigned else { return nil }
        digits = digits.dropFirst()
    }
    var value: Value = 0
    for digit in digits {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        let (shifted, tooLarge) = value.multipliedReportingOverflow(by: 10)
        let step = Value(digit - UInt8(ascii: "0"))
        let (next, tooFar) =
            isNegative ? shifted.subtractingReportingOverflow(step) : shifted.addingReportingOverflow(step)
        guard !tooLarge, !tooFar else { return nil }
        value = next
    }
    return SpecDemands.Number(range: range, value: value)
}
