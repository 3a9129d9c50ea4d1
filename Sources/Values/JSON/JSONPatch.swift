/// Changes to a JSON tree by the two standard kinds of patch.
extension JSONValue {
    /// Applies a merge patch (RFC 7386): members are merged one by one, `null` takes a member out, and anything else
    /// replaces what was there.
    public mutating func merge(_ patch: JSONValue) {
        guard case .object(let members) = patch else {
            self = patch
            return
        }
        if case .object = self {} else { self = [:] }
        for (name, value) in members {
            if value.isNull {
                remove(name)
            } else {
                self[name].merge(value)
            }
        }
    }

    /// Applies a JSON patch (RFC 6902), a list of operations, to the whole or not at all.
    public mutating func apply(patch: JSONValue) throws(JSONPatchError) {
        guard case .array(let operations) = patch else {
            throw JSONPatchError(operation: 0, reason: "the patch is not a list")
        }
        var result = self
        for (index, operation) in operations.enumerated() {
            do throws(JSONPatchError.Reason) {
                try result.apply(operation)
            } catch {
                throw JSONPatchError(operation: index, reason: error.text)
            }
        }
        self = result
    }

    private mutating func apply(_ operation: JSONValue) throws(JSONPatchError.Reason) {
        let path = try Self.pointer(operation["path"])
        switch operation["op"].string {
        case "add":
            try change(path[...]) { _ in operation["value"] }
        case "remove":
            _ = try value(at: path)
            try change(path[...], isRemoval: true) { _ in nil }
        case "replace":
            _ = try value(at: path)
            try change(path[...], isReplacement: true) { _ in operation["value"] }
        case "move":
            let source = try Self.pointer(operation["from"])
            let moved = try value(at: source)
            try change(source[...], isRemoval: true) { _ in nil }
            try change(path[...]) { _ in moved }
        case "copy":
            let copied = try value(at: try Self.pointer(operation["from"]))
            try change(path[...]) { _ in copied }
        case "test":
            guard try value(at: path) == operation["value"] else {
                throw .init("the test of \(operation["path"].string ?? "?") fails")
            }
        case let name:
            throw .init("\"\(name ?? "")\" is no operation")
        }
    }

    /// The words of a JSON pointer (RFC 6901).
    private static func pointer(_ value: JSONValue) throws(JSONPatchError.Reason) -> [String] {
        guard let text = value.string, text.isEmpty || text.hasPrefix("/") else {
            throw .init("a JSON pointer is missing, or does not begin with \"/\"")
        }
        return text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { word in
            var result = ""
            var escaped = false
            for character in word {
                if escaped {
                    result += character == "1" ? "/" : character == "0" ? "~" : "~\(character)"
                    escaped = false
                } else if character == "~" {
                    escaped = true
                } else {
                    result.append(character)
                }
            }
            return escaped ? result + "~" : result
        }
    }

    private func value(at path: [String]) throws(JSONPatchError.Reason) -> JSONValue {
        var found = self
        for word in path {
            switch found {
            case .object(let members):
                guard let member = members[word] else { throw .missing(path) }
                found = member
            case .array(let elements):
                guard let index = Int(word), elements.indices.contains(index) else { throw .missing(path) }
                found = elements[index]
            default:
                throw .missing(path)
            }
        }
        return found
    }

    /// Changes what a pointer leads to: the element before a list's index is where another is put in.
    private mutating func change(
        _ path: ArraySlice<String>, isRemoval: Bool = false, isReplacement: Bool = false,
        _ new: (JSONValue) -> JSONValue?
    ) throws(JSONPatchError.Reason) {
        guard let word = path.first else {
            self = new(self) ?? .null
            return
        }
        let rest = path.dropFirst()
        switch self {
        case .object(let members):
            if rest.isEmpty {
                if let value = new(members[word] ?? .null) { self[word] = value } else { remove(word) }
            } else {
                guard var member = members[word] else { throw .missing(Array(path)) }
                try member.change(rest, isRemoval: isRemoval, isReplacement: isReplacement, new)
                self[word] = member
            }
        case .array(var elements):
            let isEnd = rest.isEmpty && !isRemoval && !isReplacement
            guard let index = word == "-" && isEnd ? elements.count : Int(word), index >= 0,
                index < elements.count + (isEnd ? 1 : 0)
            else { throw .missing(Array(path)) }
            if !rest.isEmpty {
                try elements[index].change(rest, isRemoval: isRemoval, isReplacement: isReplacement, new)
            } else if isRemoval {
                elements.remove(at: index)
            } else if let value = new(.null) {
                if isReplacement { elements[index] = value } else { elements.insert(value, at: index) }
            }
            self = .array(elements)
        default:
            throw .missing(Array(path))
        }
    }
}

/// Why a JSON patch could not be applied.
public struct JSONPatchError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The operation's place in the patch, from 0.
    public var operation: Int
    /// What is wrong.
    public var reason: String

    /// Operation and reason in a line.
    public var description: String { "operation \(operation): \(reason)" }

    struct Reason: Error {
        let text: String

        init(_ text: String) { self.text = text }

        static func missing(_ path: [String]) -> Reason {
            Reason("there is nothing at /\(path.joined(separator: "/"))")
        }
    }
}
