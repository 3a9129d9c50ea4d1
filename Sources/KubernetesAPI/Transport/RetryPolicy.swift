/// When a request that failed is sent again, and after how long a pause.
public struct RetryPolicy: Sendable, Equatable {
    /// How often a request is sent at most.
    public var attempts: Int
    /// The first pause.
    public var firstPause: Duration
    /// The longest pause. One that the server asks for may be longer.
    public var longestPause: Duration

    /// Sets the bounds.
    public init(
        attempts: Int = 4, firstPause: Duration = .milliseconds(250), longestPause: Duration = .seconds(5)
    ) {
        self.attempts = attempts
        self.firstPause = firstPause
        self.longestPause = longestPause
    }

    /// Every request is sent once.
    public static let never = RetryPolicy(attempts: 1)

    /// The pause before the next attempt; nil when there is to be none.
    ///
    /// What only reads is repeated after every failure that may pass. Anything else is repeated only when it has
    /// surely not been carried out: the server was not reached, or said that it has too much to do.
    ///
    /// - Parameters:
    ///   - attempt: How many attempts there were.
    ///   - isRepeatable: The request changes nothing, or may be carried out twice.
    ///   - jitter: From 0 to 1.
    func pause(
        after error: KubernetesError, attempt: Int, isRepeatable: Bool,
        jitter: Double = .random(in: 0...1)
    ) -> Duration? {
        guard attempt < attempts else { return nil }
        var wanted: Duration?
        switch error {
        case .connection(let failure):
            guard failure.isTransient, isRepeatable || failure.isBeforeRequest else { return nil }
        case .status(let status):
            wanted = status.retryAfterSeconds.map { .seconds(max(0, $0)) }
            switch status.code {
            case 429: break
            case 500, 503: guard wanted != nil || isRepeatable && status.code == 503 else { return nil }
            case 502, 504: guard isRepeatable else { return nil }
            default: return nil
            }
        default: return nil
        }
        return max(wanted ?? .zero, backOff(attempt: attempt, jitter: jitter))
    }

    /// Exponential, between the half and the whole of the full pause.
    func backOff(attempt: Int, jitter: Double) -> Duration {
        let full = min(longestPause, firstPause * (1 << min(max(0, attempt - 1), 16)))
        return full * (0.5 + 0.5 * jitter)
    }
}
