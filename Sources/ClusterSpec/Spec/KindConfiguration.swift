/// A configuration in kind's format that was read and found right. It travels as its text, so that what is said of
/// it at the other end names the same lines.
public struct KindConfiguration: Codable, Sendable, Equatable {
    /// The text.
    public let text: String
    /// The file, as it is named in messages; `-` is standard input.
    public let file: String?
    /// What the text says.
    public let parsed: ParsedCluster

    private enum CodingKeys: String, CodingKey { case text, file }

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``ClusterConfigError`` with every problem of the file.
    public init(text: String, file: String?) throws(ClusterConfigError) {
        self.text = text
        self.file = file
        parsed = try ParsedCluster(yaml: text, file: file)
    }

    /// Reads and checks one that has travelled.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            text: try fields.decode(String.self, forKey: .text),
            file: try fields.decodeIfPresent(String.self, forKey: .file))
    }

    /// Writes the text and the file's name.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(text, forKey: .text)
        try fields.encodeIfPresent(file, forKey: .file)
    }

    /// Whether both are the same text of the same file.
    public static func == (one: KindConfiguration, other: KindConfiguration) -> Bool {
        one.text == other.text && one.file == other.file
    }
}
