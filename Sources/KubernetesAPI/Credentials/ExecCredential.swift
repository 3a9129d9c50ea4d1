internal import FoundationEssentials
internal import Values

/// What a credential plugin answers.
/// <https://kubernetes.io/docs/reference/config-api/client-authentication.v1/#client-authentication-k8s-io-v1-ExecCredential>
struct ExecCredential: Sendable, Equatable {
    var token: Secret<String>?
    var certificate: Secret<[UInt8]>?
    var key: Secret<[UInt8]>?
    /// Nil: it is good until the server refuses it.
    var expiration: Date?

    /// Reads the program's output.
    init(output: [UInt8], apiVersion: String) throws(ExecAnswerError) {
        let answer: JSONValue
        do {
            answer = try JSONValue(json: output)
        } catch {
            throw ExecAnswerError(reason: "it is not JSON")
        }
        guard answer["kind"].string == "ExecCredential" else {
            throw ExecAnswerError(reason: "it is no ExecCredential")
        }
        guard answer["apiVersion"].string == apiVersion else {
            throw ExecAnswerError(
                reason: "its apiVersion is \(answer["apiVersion"].string ?? "missing"), and not \(apiVersion)"
            )
        }
        let status = answer["status"]
        func text(_ member: String) -> String? { status[member].string.flatMap { $0.isEmpty ? nil : $0 } }
        token = text("token").map { Secret($0) }
        certificate = text("clientCertificateData").map { Secret(Array($0.utf8)) }
        key = text("clientKeyData").map { Secret(Array($0.utf8)) }
        guard token != nil || certificate != nil || key != nil else {
            throw ExecAnswerError(reason: "it has neither a token nor a client certificate")
        }
        guard (certificate == nil) == (key == nil) else {
            throw ExecAnswerError(reason: "it has a client certificate without a key, or a key alone")
        }
        if let time = text("expirationTimestamp") {
            guard let date = Self.date(time) else {
                throw ExecAnswerError(reason: "its expirationTimestamp is no time in RFC 3339")
            }
            expiration = date
        }
    }

    private static func date(_ text: String) -> Date? {
        (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }

    /// Whether it can still be used, with some time for the request itself.
    func isFresh(now: Date) -> Bool {
        expiration.map { now.addingTimeInterval(2) < $0 } ?? true
    }
}

/// Why a plugin's answer cannot be used.
struct ExecAnswerError: Error {
    let reason: String
}
