internal import NIOHTTP1

extension DockerEngineClient {
    /// `GET /volumes`: the volumes.
    public func volumes(
        filters: EngineFilters = EngineFilters(), timeout: Duration = DockerEngineClient.defaultTimeout
    ) async throws -> [VolumeSummary] {
        try await document(
            EngineRequest(.GET, "/volumes", query: try filters.query), as: VolumeList.self, timeout: timeout
        ).volumes
    }

    /// `DELETE /volumes/{name}`: removes a volume that no container uses.
    public func removeVolume(
        _ name: String, force: Bool = false, timeout: Duration = .seconds(60)
    ) async throws {
        let path = "/volumes/\(try EngineRequest.segment(name))"
        try await command(
            EngineRequest(.DELETE, path, query: force ? [("force", "1")] : []), timeout: timeout)
    }
}

/// A volume.
public struct VolumeSummary: Sendable, Equatable, Decodable {
    /// The name.
    public let name: String
    /// Such as `local`.
    public let driver: String
    /// Where it lies in the daemon's file system.
    public let mountpoint: String
    /// The labels.
    public let labels: [String: String]

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case driver = "Driver"
        case mountpoint = "Mountpoint"
        case labels = "Labels"
    }

    /// Reads the API's JSON.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        driver = try values.text(.driver)
        mountpoint = try values.text(.mountpoint)
        labels = try values.map(.labels)
    }
}

/// The answer to `GET /volumes`.
private struct VolumeList: Decodable, Sendable {
    let volumes: [VolumeSummary]

    enum CodingKeys: String, CodingKey {
        case volumes = "Volumes"
    }

    init(from decoder: any Decoder) throws {
        volumes = try decoder.container(keyedBy: CodingKeys.self).list(.volumes)
    }
}
