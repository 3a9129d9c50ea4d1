extension Duration {
    /// Reads a duration in the notation of Go's `time.ParseDuration` (`10s`, `1m30s`, `1.5h`, `500ms`), or
    /// a bare number of seconds. It must not be negative; `nil` when it is not a duration or beyond a
    /// hundred years.
    ///
    /// Written out because this module must do without Foundation.
    public init?(goText text: String) {
        let limit = 100.0 * 365 * 24 * 3600
        var rest = Array(text.utf8)[...]
        if rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        guard !rest.isEmpty else { return nil }

        var total = Duration.zero
        var isFirst = true
        while !rest.isEmpty {
            guard let number = Self.takeNumber(from: &rest) else { return nil }
            let unit = rest.prefix { $0 != UInt8(ascii: ".") && !Self.isDigit($0) }
            rest.removeFirst(unit.count)
            let seconds: Double
            switch String(decoding: unit, as: UTF8.self) {
            case "h": seconds = 3600
            case "m": seconds = 60
            case "s": seconds = 1
            case "ms": seconds = 1e-3
            case "us", "µs", "μs": seconds = 1e-6
            case "ns": seconds = 1e-9
            case "" where isFirst && rest.isEmpty: seconds = 1
            default: return nil
            }
            guard number * seconds <= limit else { return nil }
            total += .nanoseconds(Int64((number * seconds * 1e9).rounded()))
            guard total <= .seconds(limit) else { return nil }
            isFirst = false
        }
        self = total
    }

    /// The duration in whole nanoseconds. Those accepted by ``init(goText:)`` always fit.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .min : .max) : whole + attoseconds / 1_000_000_000
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Takes `digits[.digits]`, with at least one digit, off the front.
    private static func takeNumber(from rest: inout ArraySlice<UInt8>) -> Double? {
        var value = 0.0
        var scale = 1.0
        var digits = 0
        var isFraction = false
        while let byte = rest.first {
            if isDigit(byte) {
                let digit = Double(byte - UInt8(ascii: "0"))
                digits += 1
                if isFraction {
                    scale /= 10
                    value += digit * scale
                } else {
                    value = value * 10 + digit
                }
            } else if byte == UInt8(ascii: "."), !isFraction {
                isFraction = true
            } else {
                break
            }
            rest.removeFirst()
        }
        return digits > 0 && value.isFinite ? value : nil
    }
}
