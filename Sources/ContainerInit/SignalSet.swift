internal import Glibc

/// A set of signals as the kernel has it: bit n-1 stands for signal n.
struct SignalSet: Equatable, Sendable, ExpressibleByArrayLiteral {
    var bits: UInt64

    init(bits: UInt64) { self.bits = bits }

    init(arrayLiteral signals: Int32...) {
        bits = signals.reduce(0) { $0 | Self.bit($1) }
    }

    static let all = SignalSet(bits: .max)

    /// What a fault in the init itself raises. These stay unblocked, and are not forwarded.
    static let faults: SignalSet = [SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGTRAP, SIGSYS]

    /// What a terminal sends to a background process that uses it. The init ignores these, so that it can
    /// always write its messages, and does not forward them.
    static let background: SignalSet = [SIGTTIN, SIGTTOU]

    func contains(_ signal: Int32) -> Bool { bits & Self.bit(signal) != 0 }

    func subtracting(_ other: SignalSet) -> SignalSet { SignalSet(bits: bits & ~other.bits) }

    private static func bit(_ signal: Int32) -> UInt64 {
        (1...64).contains(signal) ? 1 << UInt64(signal - 1) : 0
    }
}
