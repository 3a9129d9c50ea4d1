extension UInt64 {
    /// Bytes as a person reads them, such as `512 MiB`.
    var asBytes: String {
        if self >= 10 << 30 { return "\(self >> 30) GiB" }
        if self >= 1 << 30 {
            let tenths = (self >> 20) * 10 / 1024
            return "\(tenths / 10).\(tenths % 10) GiB"
        }
        return "\(self >> 20) MiB"
    }
}

extension Double {
    /// With one decimal at most.
    var inTenths: String {
        let tenths = Int((self * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }
}
