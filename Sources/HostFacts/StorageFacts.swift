/// The file system that holds the engine's data.
public struct StorageFacts: Sendable, Equatable, Codable {
    /// The data root that was asked about; it need not exist yet.
    public var dataRoot: String
    /// The file system's type, such as `ext4`, `overlay` or `tmpfs`.
    public var fileSystem: String
    /// Whether a file could be made there; the message of the failed attempt, or nil.
    public var writeError: String?
    /// Bytes free for root.
    public var freeBytes: UInt64
    /// Size in bytes.
    public var totalBytes: UInt64
    /// Inodes free; 0 of 0 where the file system makes them as needed.
    public var freeInodes: UInt64
    /// Inodes in all.
    public var totalInodes: UInt64
    /// Storage drivers whose directories are in the data root already.
    public var presentDrivers: [String]

    /// Facts from their parts.
    public init(
        dataRoot: String, fileSystem: String, writeError: String?, freeBytes: UInt64, totalBytes: UInt64,
        freeInodes: UInt64, totalInodes: UInt64, presentDrivers: [String]
    ) {
        self.dataRoot = dataRoot
        self.fileSystem = fileSystem
        self.writeError = writeError
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
        self.freeInodes = freeInodes
        self.totalInodes = totalInodes
        self.presentDrivers = presentDrivers
    }
}
