/// A feature gate that was asked for, and where.
public struct FeatureGate: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// Whether it is turned on.
    public let isOn: Bool
    /// A problem without words, for the place.
    private let place: ConfigProblem

    init(name: String, isOn: Bool, place: ConfigProblem) {
        self.name = name
        self.isOn = isOn
        self.place = place
    }

    /// The argument of `--feature-gates`.
    public var argument: String { "\(name)=\(isOn)" }

    /// The problem that the kubelet of a node image has with it; `nil`: none.
    ///
    /// - Parameters:
    ///   - answer: What that kubelet writes when it is started with the gate.
    ///   - version: Its version.
    public func problem(inAnswer answer: String, of version: KubernetesVersion) -> ConfigProblem? {
        var problem = place
        // k8s.io/component-base/featuregate.
        if answer.contains("unrecognized feature gate") {
            problem.summary =
                "Kubernetes \(version) has no feature gate \(quoted(name)), and would not start with it"
            problem.cure = "leave it out, or use a node image of a version that has it"
        } else if answer.contains("cannot set feature gate") {
            problem.summary =
                "Kubernetes \(version) does not let \(quoted(name)) be \(isOn), and would not start with it"
            problem.cure =
                "leave it out: \(isOn ? "this version has not got it yet" : "it can no longer be turned off")"
        } else {
            return nil
        }
        return problem
    }
}
