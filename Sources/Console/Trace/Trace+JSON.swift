public import Values

extension Trace {
    /// The trace for programs: times in seconds, those of phases from the start.
    public var json: JSONValue {
        var object: [String: JSONValue] = [
            "cluster": .string(cluster), "start": .number(start), "seconds": .number(Self.milli(seconds)),
            "outcome": .string(outcome.rawValue), "phases": .array(phases.map(Self.json)),
        ]
        if let failure { object["failure"] = .string(failure) }
        return .object(object)
    }

    private static func json(_ phase: Phase) -> JSONValue {
        var object: [String: JSONValue] = [
            "title": .string(phase.title), "begin": .number(milli(phase.begin)),
            "end": .number(milli(phase.begin + phase.seconds)),
            "seconds": .number(milli(phase.seconds)), "outcome": .string(phase.outcome.rawValue),
        ]
        if let code = phase.code { object["phase"] = .string(code.rawValue) }
        if let waitedFor = phase.waitedFor { object["waitingFor"] = .string(waitedFor) }
        return .object(object)
    }

    /// To the millisecond: what the clock gives beyond it says nothing.
    private static func milli(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
