/// What is where in a tar archive: read once, header by header, without the contents.
struct TarIndex: Sendable {
    enum Entry: Sendable, Equatable {
        case file(Location)
        /// A link to another name in the archive.
        case link(String)
        /// A kind of file that has no content of its own.
        case other
    }

    /// More than any archive of images has.
    private static let entryLimit = 500_000
    /// Names and extended headers are a few hundred bytes.
    private static let extensionLimit: Int64 = 1 << 20

    private let path: String
    private(set) var entries: [String: Entry] = [:]
    /// Whether the two empty blocks at the end are there.
    private(set) var hasEnd = false

    init(of file: ArchiveFile) throws(ImageArchiveError) {
        path = file.path
        var offset: Int64 = 0
        var extended = TarExtension()
        var count = 0
        while offset < file.size {
            guard file.size - offset >= 512 else {
                if offset == 0 { throw Self.notAnArchive(path) }
                throw .truncated(path, "it ends in the middle of an entry's header")
            }
            let header: TarHeader
            do {
                let block = try file.bytes(Location(offset: offset, size: 512))
                guard let read = try TarHeader(block) else {
                    hasEnd = true
                    break
                }
                header = read
            } catch let error as ImageArchiveError {
                throw error
            } catch {
                if offset == 0 { throw Self.notAnArchive(path) }
                throw .malformed(path, "there is no valid header at byte \(offset)")
            }
            let size = extended.size ?? header.size
            let (start, end) = (offset + 512, (offset + 512).addingReportingOverflow(size))
            guard !end.overflow, size >= 0, end.partialValue <= file.size else {
                throw .truncated(
                    path,
                    "\(extended.name ?? header.name) should have \(size) bytes, and the file ends before")
            }
            let location = Location(offset: start, size: Self.hasContent(header.type) ? size : 0)
            try take(header, location: location, extended: &extended, file: file)
            offset = start + location.size + Int64(TarHeader.padding(location.size))
            count += 1
            guard count <= Self.entryLimit else {
                throw ImageArchiveError(
                    .tooLarge, path: path, problem: "it has more than \(Self.entryLimit) entries",
                    cure: "this is no archive of images: " + ImageArchiveError.saveAgain)
            }
        }
    }

    private static func notAnArchive(_ path: String) -> ImageArchiveError {
        ImageArchiveError(
            .notAnArchive, path: path, problem: "it is no tar archive", cure: ImageArchiveError.saveAgain)
    }

    private mutating func take(
        _ header: TarHeader, location: Location, extended: inout TarExtension, file: ArchiveFile
    ) throws(ImageArchiveError) {
        switch header.type {
        case UInt8(ascii: "L"), UInt8(ascii: "K"), UInt8(ascii: "x"), UInt8(ascii: "g"):
            guard location.size <= Self.extensionLimit else {
                throw ImageArchiveError(
                    .tooLarge, path: path, problem: "a name in it has \(location.size) bytes",
                    cure: ImageArchiveError.saveAgain)
            }
            let bytes = try file.bytes(location)
            switch header.type {
            case UInt8(ascii: "L"): extended.name = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            case UInt8(ascii: "K"): extended.link = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            case UInt8(ascii: "x"): try extended.take(records: bytes, path: path)
            // What holds for all entries are comments and times.
            default: break
            }
            return
        case UInt8(ascii: "0"), 0, UInt8(ascii: "7"):
            // A name that ends in a slash is a directory, in archives older than POSIX.
            let name = extended.name ?? header.name
            set(name, extended.isSparse ? .other : name.hasSuffix("/") ? .other : .file(location))
        case UInt8(ascii: "1"):
            set(extended.name ?? header.name, .link(extended.link ?? header.linkName))
        case UInt8(ascii: "2"):
            // Relative to the directory that the link is in.
            let name = extended.name ?? header.name
            let target = extended.link ?? header.linkName
            let directory = name.lastIndex(of: "/").map { name[...$0] } ?? ""
            set(name, .link(target.hasPrefix("/") ? target : directory + target))
        default:
            set(extended.name ?? header.name, .other)
        }
        extended = TarExtension()
    }

    /// As with unpacking, the last entry of a name counts. One that leads out of the archive has no name here.
    private mutating func set(_ name: String, _ entry: Entry) {
        if let name = Self.plain(name) { entries[name] = entry }
    }

    /// Where a file is. nil: there is none of that name.
    ///
    /// - Throws: Where the name leads out of the archive or in a circle.
    func location(of name: String) throws(ImageArchiveError) -> Location? {
        var name = name
        for _ in 0..<16 {
            guard let plain = Self.plain(name) else {
                throw ImageArchiveError(
                    .unsafePath, path: path,
                    problem: "the name \"\(name.prefix(200))\" in it leads out of it",
                    cure: "do not trust this archive; " + ImageArchiveError.saveAgain)
            }
            switch entries[plain] {
            case .file(let location): return location
            case .link(let target): name = target
            case .other:
                throw .malformed(path, "\(plain) in it is no ordinary file")
            case nil: return nil
            }
        }
        throw ImageArchiveError(
            .unsafePath, path: path, problem: "the links at \"\(name.prefix(200))\" in it lead in a circle",
            cure: "do not trust this archive; " + ImageArchiveError.saveAgain)
    }

    /// A name without `.`, `..` and doubled slashes; nil where it leads out of the archive.
    static func plain(_ name: String) -> String? {
        guard !name.hasPrefix("/"), !name.utf8.contains(0) else { return nil }
        var parts: [Substring] = []
        for part in name.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.isEmpty ? nil : parts.joined(separator: "/")
    }

    private static func hasContent(_ type: UInt8) -> Bool {
        // Links, devices, directories and pipes have a size of zero, whatever their header says.
        !(UInt8(ascii: "1")...UInt8(ascii: "6")).contains(type)
    }
}
