internal import Values

/// Where a path comes from that kind's file mounts into nodes (`extraMounts`), where the cluster lives in a Pod or
/// container.
public enum MountSource: Codable, Sendable, Equatable {
    /// A ConfigMap of the Pod's namespace as a directory, or the file of one of its keys.
    case configMap(name: String, key: String?)
    /// A Secret of the Pod's namespace as a directory, or the file of one of its keys.
    case secret(name: String, key: String?)
    /// A path of the machine that the Pod or container runs on.
    case host(path: String)
    /// A copy of what the client has at the path; it travels with the spec.
    case copy(files: [CarriedFile])

    /// Reads `configmap/NAME[/KEY]`, `secret/NAME[/KEY]` or `host`; nil where the text has another form.
    ///
    /// - Parameter hostPath: The path of kind's file that it is for.
    public init?(_ text: String, for hostPath: String) {
        if text == "host" {
            guard hostPath.hasPrefix("/") else { return nil }
            self = .host(path: hostPath)
            return
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), !parts.dropFirst().contains(where: Self.isNoName) else {
            return nil
        }
        let key = parts.count == 3 ? parts[2] : nil
        switch parts[0] {
        case "configmap": self = .configMap(name: parts[1], key: key)
        case "secret": self = .secret(name: parts[1], key: key)
        default: return nil
        }
    }

    private static func isNoName(_ text: String) -> Bool { text.isEmpty || text == "." || text == ".." }

    /// The one key that is mounted; nil: the whole.
    var key: String? {
        switch self {
        case .configMap(_, let key), .secret(_, let key): key
        case .host, .copy: nil
        }
    }
}

/// A file or directory of the client's machine that travels with the spec.
public struct CarriedFile: Codable, Sendable, Equatable {
    /// Its path below what is mounted; empty: it is what is mounted.
    public let path: String
    /// Its permission bits.
    public let mode: UInt32
    /// What is in it; nil: it is a directory.
    public let contents: [UInt8]?

    private enum CodingKeys: String, CodingKey { case path, mode, contents }

    /// A file, or a directory where it has no contents.
    public init(path: String, mode: UInt32, contents: [UInt8]?) {
        self.path = path
        self.mode = mode
        self.contents = contents
    }

    /// Reads one that has travelled: never one that would be written beside what is mounted.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        path = try fields.decode(String.self, forKey: .path)
        mode = try fields.decode(UInt32.self, forKey: .mode) & 0o777
        let text = try fields.decodeIfPresent(String.self, forKey: .contents)
        contents = text.flatMap(Base64.decoded)
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard path.isEmpty || !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .path, in: fields, debugDescription: "\(path) is no path below a directory")
        }
        guard (text == nil) == (contents == nil) else {
            throw DecodingError.dataCorruptedError(
                forKey: .contents, in: fields, debugDescription: "the contents of \(path) are no base64")
        }
    }

    /// Writes it, with the contents as base64.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(path, forKey: .path)
        try fields.encode(mode, forKey: .mode)
        try fields.encodeIfPresent(contents.map(Base64.encoded), forKey: .contents)
    }
}
