internal import Values

extension ClusterSpec {
    /// Reads a spec: JSON, or YAML. What is not in it has its default.
    ///
    /// - Throws: `KinkajouError`: `versionMismatch` where another version made it, or it has what this one does not
    ///   know; `usage` where it is no spec.
    public init(text: String, file: String) throws {
        let given: JSONValue
        do {
            given = try JSONValue(json: Array(text.utf8))
        } catch {
            throw KinkajouError(
                "\(file) is not JSON: \(error)", cure: "correct it, or let the client make it", code: .usage)
        }
        guard given["apiVersion"].string == Self.apiVersion else {
            throw KinkajouError(
                "\(file) is of version \(given["apiVersion"].string ?? "none"), and this program reads \(Self.apiVersion)",
                cure: "use a client and an image of the Pod of the same version", code: .versionMismatch)
        }
        if let client = given["client"].string, !Release.fits(client) {
            throw KinkajouError(
                "the client is kinkajou \(client), and the image of the Pod has kinkajou \(Release.current)",
                cure: "use a client and an image of the Pod of the same version (--pod-image)",
                code: .versionMismatch)
        }
        do {
            self = try (try JSONValue(encoding: ClusterSpec())).merging(given).decoded(ClusterSpec.self)
        } catch let error as ClusterConfigError {
            throw error
        } catch {
            throw KinkajouError(
                "\(file) is no spec of a cluster: \(error)", cure: "correct it", code: .usage)
        }
        if let unknown = try JSONValue(encoding: self).firstMember(missingOf: given) {
            throw KinkajouError(
                "\(file) has \(unknown), which this program does not know",
                cure: "use a client and an image of the Pod of the same version", code: .versionMismatch)
        }
    }

    /// The spec as JSON.
    public func text() throws -> String {
        String(decoding: try JSONValue(encoding: self).encoded(pretty: true), as: UTF8.self) + "\n"
    }
}

extension JSONValue {
    /// This value with the members of another over its own (RFC 7386, but that `null` leaves what is there).
    func merging(_ other: JSONValue) -> JSONValue {
        guard case .object(var members) = self, case .object(let others) = other else { return other }
        for (name, value) in others where !value.isNull {
            members[name] = members[name]?.merging(value) ?? value
        }
        return .object(members)
    }

    /// The path of the first member that another value has and this one has not; nil: there is none.
    func firstMember(missingOf other: JSONValue) -> String? {
        for (name, value) in other.object.sorted(by: { $0.key < $1.key }) where !value.isNull {
            guard case .object(let members) = self, let own = members[name] else { return name }
            if let path = own.firstMember(missingOf: value) { return "\(name).\(path)" }
        }
        return nil
    }
}
