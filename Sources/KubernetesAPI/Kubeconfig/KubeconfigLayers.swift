public import Values

/// The contents of several kubeconfig files, one over the other: the first to set a value or a name wins. Pure.
public struct KubeconfigLayers: Sendable, Equatable {
    private struct Layer: Sendable, Equatable {
        let path: String
        /// Nil: the file is not there.
        var config: Kubeconfig?
    }

    private var layers: [Layer]
    private let target: Int

    /// Puts contents one over the other.
    ///
    /// - Parameters:
    ///   - files: The paths with what is in them; nil: there is no such file.
    ///   - target: The path of the file that new entries go to; one of `files`.
    public init(_ files: [(path: String, config: Kubeconfig?)], target: String) {
        layers = files.map { Layer(path: $0.path, config: $0.config) }
        self.target = files.firstIndex { $0.path == target } ?? 0
    }

    /// The files' paths, in order.
    public var paths: [String] { layers.map(\.path) }

    /// What is in a file; nil: there is none.
    public func config(of path: String) -> Kubeconfig? { layers.first { $0.path == path }?.config }

    private var present: [Kubeconfig] { layers.compactMap(\.config) }

    /// The names of all contexts.
    public var contextNames: [String] {
        var seen: Set<String> = []
        return present.flatMap(\.contexts).map(\.name).filter { seen.insert($0).inserted }
    }

    /// A cluster's entry, such as `{"server": ...}`; nil when there is none of that name.
    public func cluster(_ name: String) -> JSONValue? { first { $0.cluster(name) } }
    /// A user's entry; nil when there is none of that name. It holds secrets.
    public func user(_ name: String) -> JSONValue? { first { $0.user(name) } }
    /// A context's entry; nil when there is none of that name.
    public func context(_ name: String) -> JSONValue? { first { $0.context(name) } }

    /// Adds a cluster's entry, or puts it in the place of the one that is there.
    public mutating func setCluster(_ name: String, _ value: JSONValue) {
        change(where: { $0.cluster(name) != nil }) { $0.setCluster(name, value) }
    }
    /// Adds a user's entry, or puts it in the place of the one that is there.
    public mutating func setUser(_ name: String, _ value: JSONValue) {
        change(where: { $0.user(name) != nil }) { $0.setUser(name, value) }
    }
    /// Adds a context's entry, or puts it in the place of the one that is there.
    public mutating func setContext(_ name: String, _ value: JSONValue) {
        change(where: { $0.context(name) != nil }) { $0.setContext(name, value) }
    }

    /// Takes a cluster's entry out.
    public mutating func removeCluster(_ name: String) { changeAll { $0.removeCluster(name) } }
    /// Takes a user's entry out.
    public mutating func removeUser(_ name: String) { changeAll { $0.removeUser(name) } }
    /// Takes a context's entry out. ``currentContext`` stays as it is.
    public mutating func removeContext(_ name: String) { changeAll { $0.removeContext(name) } }

    /// The context that is used where none is named; nil when none is set.
    public var currentContext: String? {
        get { first { $0.currentContext } }
        set {
            guard let old = currentContext, newValue == nil else {
                guard newValue != currentContext else { return }
                // No file that is there comes before the target, so that what it says counts.
                change(where: { _ in false }) { $0.currentContext = newValue }
                return
            }
            changeAll { if $0.currentContext == old { $0.currentContext = nil } }
        }
    }

    private func first<Value>(_ value: (Kubeconfig) -> Value?) -> Value? {
        for config in present {
            if let value = value(config) { return value }
        }
        return nil
    }

    /// Changes the first file that a condition holds for, or else the target.
    private mutating func change(where condition: (Kubeconfig) -> Bool, _ body: (inout Kubeconfig) -> Void) {
        let index = layers.firstIndex { $0.config.map(condition) ?? false } ?? target
        var config = layers[index].config ?? Kubeconfig()
        body(&config)
        layers[index].config = config
    }

    private mutating func changeAll(_ body: (inout Kubeconfig) -> Void) {
        for index in layers.indices {
            guard var config = layers[index].config else { continue }
            body(&config)
            layers[index].config = config
        }
    }
}
