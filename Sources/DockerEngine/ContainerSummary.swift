/// A container in a list.
public struct ContainerSummary: Sendable, Equatable, Decodable {
    /// The full identifier.
    public let id: String
    /// The names, without the leading slash that the API writes.
    public let names: [String]
    /// The image as it was named when the container was made.
    public let image: String
    /// The image's identifier.
    public let imageID: String
    /// The labels.
    public let labels: [String: String]
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
    public let state: String
    /// In words, such as `Up 4 seconds (healthy)`.
    public let status: String
    /// When it was made, in seconds since 1970.
    public let created: Int64

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case names = "Names"
        case image = "Image"
        case imageID = "ImageID"
        case labels = "Labels"
        case state = "State"
        case status = "Status"
        case created = "Created"
    }

    /// Reads the API's JSON.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decode(String.self, forKey: .id)
        let names: [String] = try values.list(.names)
        self.names = names.map(withoutLeadingSlash)
        image = try values.text(.image)
        imageID = try values.text(.imageID)
        labels = try values.map(.labels)
        state = try values.text(.state)
        status = try values.text(.status)
        created = try values.number(.created)
    }
}

/// The API writes container names as `/name`.
func withoutLeadingSlash(_ name: String) -> String {
    name.hasPrefix("/") ? String(name.dropFirst()) : name
}
