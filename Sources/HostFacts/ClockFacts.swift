/// The machine's clock, beside other signs of the time.
public struct ClockFacts: Sendable, Equatable, Codable {
    /// What the clock says, in seconds since 1970.
    public var now: Int64
    /// Whether something keeps it right (adjtimex(2)); nil where the kernel does not say.
    public var isSynchronised: Bool?
    /// The newest of a few files that were written in the past, with its time in seconds since 1970.
    public var newestFile: String?
    /// That file's time.
    public var newestTime: Int64

    /// Facts from their parts.
    public init(
        now: Int64 = 0, isSynchronised: Bool? = nil, newestFile: String? = nil, newestTime: Int64 = 0
    ) {
        self.now = now
        self.isSynchronised = isSynchronised
        self.newestFile = newestFile
        self.newestTime = newestTime
    }
}
