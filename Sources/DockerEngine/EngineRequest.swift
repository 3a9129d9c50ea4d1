internal import NIOHTTP1

/// A request before it is sent: what is asked for, in already encoded form.
struct EngineRequest: Sendable {
    let method: HTTPMethod
    /// Starts with a slash; without API version.
    let path: String
    let query: [(name: String, value: String)]

    init(_ method: HTTPMethod, _ path: String, query: [(name: String, value: String)] = []) {
        self.method = method
        self.path = path
        self.query = query
    }

    /// For messages, such as `GET /containers/json`.
    var summary: String { "\(method.rawValue) \(path)" }

    /// The request target with its query.
    var target: String {
        guard !query.isEmpty else { return path }
        return path + "?"
            + query.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    /// A container, network or volume as one segment of a path.
    static func segment(_ name: String) throws -> String {
        // "." and ".." would be resolved away and address something else, and an empty name the whole list.
        guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(0) else {
            throw DockerEngineError.invalidName(name)
        }
        return encoded(name)
    }

    /// An image reference inside a path: its slashes stay.
    static func imageSegments(_ reference: String) throws -> String {
        try reference.split(separator: "/", omittingEmptySubsequences: false)
            .map { try segment(String($0)) }
            .joined(separator: "/")
    }

    /// Percent-encodes all but what RFC 3986 calls unreserved, and the colon.
    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: ":"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }
}
