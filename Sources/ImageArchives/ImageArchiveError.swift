/// Why an archive of images cannot be read or sent: what is wrong, and what to do about it.
public struct ImageArchiveError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of thing is wrong.
    public enum Kind: Sendable, Equatable {
        /// The file cannot be opened or read.
        case unreadable
        /// It is no tar archive, packed or not.
        case notAnArchive
        /// It is packed, and cannot be unpacked here.
        case cannotUnpack
        /// It ends too early.
        case truncated
        /// It contradicts itself, or the formats.
        case malformed
        /// It is an archive, and not of images.
        case notAnImage
        /// A part of an image is not in it.
        case missingContent
        /// A part is not what its digest says.
        case wrongDigest
        /// Something that is not supported here.
        case unsupported
        /// A name in it leads out of it, or in a circle.
        case unsafePath
        /// Something in it is beyond any sense.
        case tooLarge
        /// It does not hold the image that is wanted.
        case noSuchImage
        /// It does not hold the image for the platform that is wanted.
        case noSuchPlatform
    }

    /// What kind of thing is wrong.
    public var kind: Kind
    /// The archive.
    public var path: String
    /// What is wrong.
    public var problem: String
    /// What to do about it.
    public var cure: String

    /// An error from its parts.
    public init(_ kind: Kind, path: String, problem: String, cure: String) {
        self.kind = kind
        self.path = path
        self.problem = problem
        self.cure = cure
    }

    /// The archive and what is wrong with it.
    public var summary: String { "the archive \(path): \(problem)" }

    /// What is wrong and what to do, in a line.
    public var description: String { "\(summary) (cure: \(cure))" }

    static let saveAgain = "make the archive again with `docker save IMAGE -o FILE`"

    static func truncated(_ path: String, _ problem: String) -> ImageArchiveError {
        ImageArchiveError(
            .truncated, path: path, problem: problem,
            cure: "the file is incomplete: copy it again, or " + saveAgain)
    }

    static func malformed(_ path: String, _ problem: String) -> ImageArchiveError {
        ImageArchiveError(.malformed, path: path, problem: problem, cure: saveAgain)
    }
}
