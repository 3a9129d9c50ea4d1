internal import CLinux

/// What a file system is, and how full (statfs(2)).
public struct FileSystemStatus: Sendable, Equatable {
    /// Its type, such as `ext4`; the magic number in hexadecimal where it has no name here.
    public var type: String
    /// Size in bytes.
    public var totalBytes: UInt64
    /// Bytes free for users.
    public var freeBytes: UInt64
    /// Inodes in all; 0 where they are made as needed.
    public var totalInodes: UInt64
    /// Inodes free.
    public var freeInodes: UInt64

    /// Asks about the file system that holds a path.
    public init(of path: String) throws(SystemError) {
        var answer = clinux_file_system()
        let failure = clinux_file_system_of(path, &answer)
        guard failure == 0 else { throw SystemError("statfs", path, failure) }
        self.init(
            magic: answer.magic, blockSize: answer.block_size, blocks: answer.blocks,
            blocksAvailable: answer.blocks_available, inodes: answer.inodes, inodesFree: answer.inodes_free)
    }

    /// What statfs(2) answers.
    ///
    /// - Parameters:
    ///   - magic: The type, a number of linux/magic.h.
    ///   - blockSize: The size of a block in bytes.
    ///   - blocks: Blocks in all.
    ///   - blocksAvailable: Blocks free for users.
    ///   - inodes: Inodes in all.
    ///   - inodesFree: Inodes free.
    public init(
        magic: UInt64, blockSize: UInt64, blocks: UInt64, blocksAvailable: UInt64, inodes: UInt64,
        inodesFree: UInt64
    ) {
        type = Self.names[magic] ?? "0x" + String(magic, radix: 16)
        totalBytes = blocks &* blockSize
        freeBytes = blocksAvailable &* blockSize
        totalInodes = inodes
        freeInodes = inodesFree
    }

    /// Magic numbers of linux/magic.h that a data root is found on.
    private static let names: [UInt64: String] = [
        0xef53: "ext4", 0x5846_5342: "xfs", 0x9123_683e: "btrfs", 0x0102_1994: "tmpfs",
        0x794c_7630: "overlay", 0x2fc1_2fc1: "zfs", 0x6969: "nfs", 0x6573_5546: "fuse",
        0xf2f5_2010: "f2fs", 0x0102_1997: "9p", 0x6367_7270: "cgroup2", 0x0027_e0eb: "cgroup",
        0x8584_58f6: "ramfs", 0xca45_1a4e: "bcachefs",
    ]
}
