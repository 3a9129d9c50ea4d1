internal import NIOHTTP1

extension DockerEngineClient {
    /// `GET /networks`: the networks.
    public func networks(
        filters: EngineFilters = EngineFilters(), timeout: Duration = DockerEngineClient.defaultTimeout
    ) async throws -> [NetworkSummary] {
        try await document(
            EngineRequest(.GET, "/networks", query: try filters.query), as: [NetworkSummary].self,
            timeout: timeout)
    }

    /// `DELETE /networks/{id}`: removes a network that no container uses.
    public func removeNetwork(
        _ id: String, timeout: Duration = DockerEngineClient.defaultTimeout
    ) async throws {
        try await command(
            EngineRequest(.DELETE, "/networks/\(try EngineRequest.segment(id))"), timeout: timeout)
    }
}

/// A network.
public struct NetworkSummary: Sendable, Equatable, Decodable {
    /// The full identifier.
    public let id: String
    /// The name.
    public let name: String
    /// Such as `bridge`.
    public let driver: String
    /// `local` or `swarm`.
    public let scope: String
    /// The address ranges, such as `172.17.0.0/16`.
    public let subnets: [String]
    /// The labels.
    public let labels: [String: String]
    /// The driver's options, such as `com.docker.network.driver.mtu`.
    public let options: [String: String]

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case driver = "Driver"
        case scope = "Scope"
        case addressing = "IPAM"
        case labels = "Labels"
        case options = "Options"
    }

    private struct Addressing: Decodable {
        struct Range: Decodable {
            let subnet: String?

            enum CodingKeys: String, CodingKey {
                case subnet = "Subnet"
            }
        }

        let ranges: [Range]?

        enum CodingKeys: String, CodingKey {
            case ranges = "Config"
        }
    }

    /// Reads the API's JSON.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decode(String.self, forKey: .id)
        name = try values.text(.name)
        driver = try values.text(.driver)
        scope = try values.text(.scope)
        let addressing = try values.decodeIfPresent(Addressing.self, forKey: .addressing)
        subnets = (addressing?.ranges ?? []).compactMap(\.subnet)
        labels = try values.map(.labels)
        options = try values.map(.options)
    }
}
