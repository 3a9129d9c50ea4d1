internal import Formats
public import Values

/// A kubeconfig file, or several merged. Fields that are not known here are kept.
/// <https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/>
public struct Kubeconfig: Sendable, Equatable {
    private var root: JSONValue
    /// The file that it was read from; nil for one that was merged or made here.
    public let file: String?

    /// An entry that ties a cluster to a user.
    public struct NamedContext: Sendable, Hashable {
        /// The context's name.
        public let name: String
        /// The name of its cluster's entry.
        public let cluster: String
        /// The name of its user's entry.
        public let user: String
        /// The namespace where none is given; nil: `default`.
        public let namespace: String?
    }

    /// The three lists, and the member of an entry that has its value.
    private enum Section: String {
        case clusters, users, contexts

        var member: String { String(rawValue.dropLast()) }
    }

    /// An empty one.
    public init() {
        root = ["apiVersion": "v1", "kind": "Config"]
        file = nil
    }

    /// Reads a file's text. Paths in it are left as they are.
    ///
    /// - Parameters:
    ///   - file: Where the text comes from, for messages and for paths that are relative to it.
    /// - Throws: ``KubeconfigError/invalid(file:reason:)``.
    public init(yaml: String, file: String?) throws {
        let document: JSONValue
        do {
            document = try JSONValue(yaml: yaml)
        } catch {
            throw KubeconfigError.invalid(file: file, reason: "\(error)")
        }
        switch document {
        case .null: root = ["apiVersion": "v1", "kind": "Config"]
        case .object: root = document
        default: throw KubeconfigError.invalid(file: file, reason: "it is no mapping")
        }
        if let kind = root["kind"].string, kind != "Config" {
            throw KubeconfigError.invalid(file: file, reason: "its kind is \(kind), and not Config")
        }
        for section in [Section.clusters, .users, .contexts] {
            switch root[section.rawValue] {
            case .null: break
            case .array(let entries):
                guard entries.allSatisfy({ $0["name"].string != nil }) else {
                    throw KubeconfigError.invalid(
                        file: file, reason: "an entry of \(section.rawValue) has no name")
                }
            default:
                throw KubeconfigError.invalid(file: file, reason: "\(section.rawValue) is no list")
            }
        }
        self.file = file
    }

    /// The text for a file, in the order that kubectl has.
    public func yaml() -> String {
        var root = root
        if root["apiVersion"].isNull { root["apiVersion"] = "v1" }
        if root["kind"].isNull { root["kind"] = "Config" }
        for section in [Section.clusters, .users, .contexts] where root[section.rawValue].isNull {
            root[section.rawValue] = []
        }
        if root["current-context"].isNull { root["current-context"] = "" }
        return root.yaml()
    }

    /// The context that is used where none is named; nil when none is set.
    public var currentContext: String? {
        get { root["current-context"].string.flatMap { $0.isEmpty ? nil : $0 } }
        set { root["current-context"] = .string(newValue ?? "") }
    }

    /// All contexts, in the order of the file.
    public var contexts: [NamedContext] {
        root[Section.contexts.rawValue].array.compactMap { entry in
            guard let name = entry["name"].string else { return nil }
            let context = entry["context"]
            return NamedContext(
                name: name, cluster: context["cluster"].string ?? "", user: context["user"].string ?? "",
                namespace: context["namespace"].string.flatMap { $0.isEmpty ? nil : $0 })
        }
    }

    /// The names of all clusters.
    public var clusterNames: [String] { names(.clusters) }
    /// The names of all users.
    public var userNames: [String] { names(.users) }

    /// A cluster's entry, such as `{"server": ...}`; nil when there is none of that name.
    public func cluster(_ name: String) -> JSONValue? { entry(name, .clusters) }
    /// A user's entry; nil when there is none of that name. It holds secrets.
    public func user(_ name: String) -> JSONValue? { entry(name, .users) }
    /// A context's entry; nil when there is none of that name.
    public func context(_ name: String) -> JSONValue? { entry(name, .contexts) }

    /// Adds a cluster's entry, or puts it in the place of the one that is there.
    public mutating func setCluster(_ name: String, _ value: JSONValue) { set(name, value, .clusters) }
    /// Adds a user's entry, or puts it in the place of the one that is there.
    public mutating func setUser(_ name: String, _ value: JSONValue) { set(name, value, .users) }
    /// Adds a context's entry, or puts it in the place of the one that is there.
    public mutating func setContext(_ name: String, _ value: JSONValue) { set(name, value, .contexts) }

    /// Takes a cluster's entry out; false when there is none.
    @discardableResult
    public mutating func removeCluster(_ name: String) -> Bool { remove(name, .clusters) }
    /// Takes a user's entry out; false when there is none.
    @discardableResult
    public mutating func removeUser(_ name: String) -> Bool { remove(name, .users) }
    /// Takes a context's entry out; false when there is none. ``currentContext`` stays as it is.
    @discardableResult
    public mutating func removeContext(_ name: String) -> Bool { remove(name, .contexts) }

    /// Adds what another has and this has not: the first to set a name or a value wins, as with kubectl.
    mutating func merge(_ other: Kubeconfig) {
        for section in [Section.clusters, .users, .contexts] {
            for entry in other.root[section.rawValue].array {
                guard let name = entry["name"].string, self.entry(name, section) == nil else { continue }
                append(entry, section)
            }
        }
        for (name, value) in other.root.object where Section(rawValue: name) == nil {
            if root[name].isNull || root[name].string == "" { root[name] = value }
        }
    }

    /// Makes the paths in the entries absolute: they are relative to the file's directory.
    mutating func resolvePaths() {
        guard let file else { return }
        let directory = absolutePath(directoryName(file), relativeTo: currentDirectory())
        func resolve(_ member: String, of value: inout JSONValue) {
            guard let path = value[member].string, !path.isEmpty else { return }
            value[member] = .string(absolutePath(path, relativeTo: directory))
        }
        update(.clusters) { cluster in resolve("certificate-authority", of: &cluster) }
        update(.users) { user in
            for member in ["client-certificate", "client-key", "tokenFile"] { resolve(member, of: &user) }
            // A bare name is looked for in PATH.
            if user["exec"]["command"].string?.contains("/") == true { resolve("command", of: &user["exec"]) }
        }
    }

    private func names(_ section: Section) -> [String] {
        root[section.rawValue].array.compactMap(\.["name"].string)
    }

    private func entry(_ name: String, _ section: Section) -> JSONValue? {
        root[section.rawValue].array.first { $0["name"].string == name }?[section.member]
    }

    private mutating func append(_ entry: JSONValue, _ section: Section) {
        root[section.rawValue] = .array(root[section.rawValue].array + [entry])
    }

    private mutating func set(_ name: String, _ value: JSONValue, _ section: Section) {
        var entries = root[section.rawValue].array
        if let index = entries.firstIndex(where: { $0["name"].string == name }) {
            entries[index][section.member] = value
        } else {
            entries.append(["name": .string(name), section.member: value])
        }
        root[section.rawValue] = .array(entries)
    }

    private mutating func remove(_ name: String, _ section: Section) -> Bool {
        var entries = root[section.rawValue].array
        let count = entries.count
        entries.removeAll { $0["name"].string == name }
        root[section.rawValue] = .array(entries)
        return entries.count < count
    }

    private mutating func update(_ section: Section, _ change: (inout JSONValue) -> Void) {
        guard !root[section.rawValue].isNull else { return }
        root[section.rawValue] = .array(
            root[section.rawValue].array.map { entry in
                guard case .object = entry[section.member] else { return entry }
                var entry = entry
                var value = entry[section.member]
                change(&value)
                entry[section.member] = value
                return entry
            })
    }
}

extension Kubeconfig: CustomStringConvertible, CustomReflectable {
    /// The names in it; never its secrets.
    public var description: String {
        "Kubeconfig(file: \(file ?? "none"), contexts: \(contexts.map(\.name)), current: \(currentContext ?? "none"))"
    }

    /// The same: `dump` shows no secrets.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
