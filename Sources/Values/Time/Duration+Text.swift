extension Duration {
    /// In seconds, with their fractions.
    public var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }

    /// For messages: `60 s`, `0.25 s`; thousandths of a second at most.
    public var inSeconds: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        let whole = milliseconds / 1000
        let rest = milliseconds % 1000
        if rest == 0 { return "\(whole) s" }
        var fraction = String(1000 + rest).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(whole).\(fraction) s"
    }
}
