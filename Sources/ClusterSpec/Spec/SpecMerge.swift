/// Makes a spec of all that says something about it, once, in one place. This is the table of precedence; what comes
/// first wins:
///
/// 1. an option of the command line
/// 2. a variable of the environment, where it is set and not empty
/// 3. a spec that was handed over (`--spec`)
/// 4. kind's file
/// 5. ``Defaults``, and what is worked out where the cluster is made
///
/// Of kind's file only the name is taken over here: what else it says stays in it, and ``ClusterPlan`` asks it after
/// the spec. Pure.
public struct SpecMerge: Sendable {
    /// What has been merged so far.
    public private(set) var spec: ClusterSpec
    private let environment: [String: String]
    private let wasHandedOver: Bool

    /// A merge that begins with the defaults, or with a spec that was handed over.
    public init(_ spec: ClusterSpec? = nil, environment: [String: String]) {
        self.spec = spec ?? ClusterSpec()
        self.environment = environment
        wasHandedOver = spec != nil
    }

    /// A variable, where it is set and not empty.
    public func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Takes kind's file; nil: there is none.
    public mutating func take(_ configuration: KindConfiguration?) {
        guard let configuration else { return }
        spec.configuration = configuration
        if let name = configuration.parsed.cluster.name, !wasHandedOver { spec.name = name }
    }

    /// Takes a setting: of the option, else of the variable, else what it has stays.
    public mutating func take<Value>(
        _ setting: WritableKeyPath<ClusterSpec, Value>, option: Value?, variable: Value? = nil
    ) {
        if let value = option ?? variable { spec[keyPath: setting] = value }
    }

    /// Takes a setting that may be left open.
    public mutating func take<Value>(
        open setting: WritableKeyPath<ClusterSpec, Value?>, option: Value?, variable: Value? = nil
    ) {
        if let value = option ?? variable { spec[keyPath: setting] = value }
    }

    /// Takes a list: of the option where it names something, else of the variable.
    public mutating func take<Element>(
        list setting: WritableKeyPath<ClusterSpec, [Element]>, option: [Element], variable: [Element] = []
    ) {
        if let value = [option, variable].first(where: { !$0.isEmpty }) { spec[keyPath: setting] = value }
    }
}
