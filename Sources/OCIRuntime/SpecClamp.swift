/// The edits that bring a spec down to what is granted, and what to tell about them.
struct SpecClamp: Equatable {
    private(set) var edits: [ByteEdit] = []
    /// One line for each kind of change, for the runtime's log.
    private(set) var messages: [String] = []

    init(_ demands: SpecDemands, to granted: Granted) {
        if let capabilities = granted.capabilities { clampCapabilities(demands, to: capabilities) }
        if let lowest = granted.lowestOOMScore { clampOOMScores(demands, to: lowest) }
        for limit in demands.limits {
            if let highest = granted.highestLimit[limit.resource.number] { clamp(limit, to: highest) }
        }
        if granted.isSysfsReadOnly { clampSysfs(demands) }
    }

    // MARK: Capabilities

    private mutating func clampCapabilities(_ demands: SpecDemands, to granted: UInt64) {
        var dropped: UInt64 = 0
        for list in demands.capabilities {
            // An entry whose name is not known stays: the runtime itself warns about it.
            let keeps = list.map { $0.capability?.isIn(granted) ?? true }
            for case (let entry, false) in zip(list, keeps) {
                if let capability = entry.capability { dropped |= 1 << UInt64(capability.number) }
            }
            removeEntries(of: list.map(\.range), keeps: keeps)
        }
        let names = (0..<64).map(Capability.init(number:)).filter { $0.isIn(dropped) }.map(\.name)
        guard !names.isEmpty else { return }
        messages.append(
            "dropped \(names.joined(separator: ", ")) from process.capabilities: "
                + "not in the capability bounding set here")
    }

    /// Removes entries from an array together with the commas that become superfluous: those at its
    /// start up to the first entry that stays, every other one from the end of the entry before it.
    private mutating func removeEntries(of ranges: [Range<Int>], keeps: [Bool]) {
        guard let first = ranges.first, let last = ranges.last else { return }
        guard let firstKept = keeps.firstIndex(of: true) else {
            edits.append(ByteEdit(range: first.lowerBound..<last.upperBound, replacement: []))
            return
        }
        if firstKept > 0 {
            edits.append(
                ByteEdit(range: first.lowerBound..<ranges[firstKept].lowerBound, replacement: []))
        }
        for index in ranges.indices.dropFirst(firstKept + 1) where !keeps[index] {
            edits.append(
                ByteEdit(range: ranges[index - 1].upperBound..<ranges[index].upperBound, replacement: []))
        }
    }

    // MARK: OOM score

    private mutating func clampOOMScores(_ demands: SpecDemands, to lowest: Int) {
        // Values that are no adjustment at all are left for the runtime to refuse.
        for score in demands.oomScores where score.value < lowest && Granted.oomScores.contains(score.value) {
            replace(score, with: lowest)
            messages.append(
                "raised process.oomScoreAdj from \(score.value) to \(lowest): "
                    + "lower values cannot be set here without CAP_SYS_RESOURCE")
        }
    }

    // MARK: Limits

    private mutating func clamp(_ limit: SpecDemands.Limit, to highest: UInt64) {
        // A soft limit above its hard limit is an error of the spec, not something to hide.
        guard let hard = limit.hard.last?.value, hard >= limit.soft.last?.value ?? 0 else { return }
        for number in limit.hard + limit.soft where number.value > highest {
            replace(number, with: highest)
        }
        if hard > highest {
            messages.append(
                "lowered the hard limit of \(limit.resource.name) from \(hard) to \(highest): "
                    + "it cannot be set higher here")
        }
    }

    // MARK: Mounts

    private mutating func clampSysfs(_ demands: SpecDemands) {
        var isChanged = false
        for options in demands.sysfsOptions {
            guard let first = options.first, !options.contains(where: { $0.name.isNamed("ro") }) else {
                continue
            }
            let readOnly = Array("\"ro\"".utf8)
            let writable = options.filter { $0.name.isNamed("rw") }
            for option in writable { edits.append(ByteEdit(range: option.range, replacement: readOnly)) }
            if writable.isEmpty {
                let start = first.range.lowerBound
                edits.append(ByteEdit(range: start..<start, replacement: readOnly + [UInt8(ascii: ",")]))
            }
            isChanged = true
        }
        guard isChanged else { return }
        messages.append(
            "made sysfs read-only: a writable one cannot be mounted where /sys is read-only, in a user namespace"
        )
    }

    private mutating func replace<Value>(_ number: SpecDemands.Number<Value>, with value: Value) {
        edits.append(ByteEdit(range: number.range, replacement: Array(String(value).utf8)))
    }
}
