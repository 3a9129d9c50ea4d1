internal import ArgumentParser
internal import EngineHost
internal import Values

/// `ADDRESS:PORT`, or `none`.
struct StatusAddress: ExpressibleByArgument, Sendable {
    /// Where to listen; nil: nowhere.
    var value: (host: String, port: Int)?

    init(host: String, port: Int) {
        value = (host, port)
    }

    private init() {}

    /// Nowhere.
    static let none = StatusAddress()

    init?(argument: String) {
        guard argument != "none" else { return }
        guard let colon = argument.lastIndex(of: ":"),
            let port = Int(argument[argument.index(after: colon)...]), (1...65535).contains(port)
        else { return nil }
        var host = argument[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        value = (host.isEmpty ? "0.0.0.0" : String(host), port)
    }

    /// Listens there.
    ///
    /// - Throws: `KinkajouError` where that cannot be.
    func serve(_ pages: any StatusPages) async throws -> StatusServer? {
        guard let value else { return nil }
        do {
            return try await StatusServer.start(host: value.host, port: value.port, pages: pages)
        } catch {
            throw KinkajouError(
                "the status endpoint cannot listen on \(value.host):\(value.port)",
                cure: "choose another --status-address, or none", code: .usage, cause: error)
        }
    }

    var defaultValueDescription: String { value.map { "\($0.host):\($0.port)" } ?? "none" }
}
