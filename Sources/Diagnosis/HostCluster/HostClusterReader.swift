public import Doctor
internal import HostFacts
public import KubernetesAPI
internal import Values

/// Asks a host cluster what it is like.
public struct HostClusterReader: Sendable {
    private let client: KubernetesClient
    private let namespace: String
    private let context: String

    /// A reader for the cluster that a kubeconfig names, as kubectl finds it.
    ///
    /// - Parameters:
    ///   - kubeconfig: The file; nil: those of `KUBECONFIG`, or `~/.kube/config`.
    ///   - context: The context; nil: the current one.
    ///   - namespace: The namespace; nil: that of the context, or `default`.
    ///   - environment: The process's environment.
    /// - Throws: `KubeconfigError` or `CredentialError`.
    public init(
        kubeconfig: String?, context: String?, namespace: String?, environment: [String: String]
    ) throws {
        let configuration = try ClientConfiguration.resolve(
            kubeconfig: kubeconfig, context: context, environment: environment)
        client = try KubernetesClient(configuration, userAgent: "kinkajou-doctor")
        self.namespace = namespace ?? configuration.namespace
        self.context = configuration.contextName ?? configuration.server
    }

    /// A reader that uses a client of its owner's, who ends it too.
    public init(client: KubernetesClient, namespace: String) {
        self.client = client
        self.namespace = namespace
        context = client.configuration.contextName ?? client.configuration.server
    }

    /// Closes the connections.
    public func shutdown() async { await client.shutdown() }

    /// A prober for the same cluster and namespace.
    public func prober() -> HostClusterProbe { HostClusterProbe(client: client, namespace: namespace) }

    /// Reads the facts. A server that does not answer is one of them; what may not be seen is left out.
    ///
    /// - Parameters:
    ///   - pod: The Pod that is to run, for a dry run.
    ///   - purpose: What is to be run.
    public func read(pod: ExaminingPod, purpose: Purpose) async -> HostClusterFacts {
        var facts = HostClusterFacts(
            context: context, namespace: namespace, purpose: purpose, needs: pod.needs)
        do {
            facts.version = try await client.version().gitVersion
            try Task.checkCancellation()
            facts.permissions = try await permissions()
        } catch {
            facts.failure = "\(error)"
            return facts
        }
        await readNamespace(into: &facts)
        if let quotas = await list(.resourceQuotas, into: &facts) { facts.quotas = quotas.map(Self.quota) }
        if let ranges = await list(.limitRanges, into: &facts) {
            facts.limitRanges = ranges.flatMap(Self.limits)
        }
        if let nodes = await list(.nodes, into: &facts) {
            facts.nodes = nodes.map(HostClusterFacts.Node.init)
        }
        await readPolicies(into: &facts)
        if facts.hasNamespace, facts.permissions.allSatisfy({ $0.isAllowed || $0.resource != "pods" }) {
            await tryOut(pod, into: &facts)
        }
        return facts
    }

    /// Reads, all at once, what the fast checks of a Pod look at. What may not be seen is left out.
    public func readForStart(_ needs: HostClusterFacts.Needs) async -> HostClusterFacts {
        let empty = HostClusterFacts(
            context: context, namespace: namespace, purpose: .cluster, needs: needs)
        return await withTaskGroup(of: (@Sendable (inout HostClusterFacts) -> Void).self) { group in
            group.addTask {
                let object = (try? await client.get(.namespaces, namespace)) ?? .null
                return {
                    $0.namespaceLabels = object["metadata"]["labels"].strings
                    $0.isTerminating = object["status"]["phase"].string == "Terminating"
                }
            }
            group.addTask {
                let quotas = await list(.resourceQuotas)
                return { $0.quotas = quotas.map(Self.quota) }
            }
            group.addTask {
                let ranges = await list(.limitRanges)
                return { $0.limitRanges = ranges.flatMap(Self.limits) }
            }
            group.addTask {
                let nodes = await list(.nodes)
                return { $0.nodes = nodes.map(HostClusterFacts.Node.init) }
            }
            return await group.reduce(into: empty) { facts, add in add(&facts) }
        }
    }

    private func list(_ resource: APIResource) async -> [JSONValue] {
        let namespace = resource.isNamespaced ? namespace : nil
        return (try? await client.list(resource, namespace: namespace).items) ?? []
    }

    // MARK: - Permissions

    private func permissions() async throws -> [HostClusterFacts.Permission] {
        let asked: [(verb: String, resource: APIResource, subresource: String?)] =
            ["create", "get", "list", "watch", "delete"].map { ($0, .pods, nil) } + [
                ("create", .pods, "exec"), ("create", .pods, "portforward"), ("get", .pods, "log"),
                ("get", .namespaces, nil), ("list", .resourceQuotas, nil), ("list", .limitRanges, nil),
                ("list", .nodes, nil),
            ]
        return try await withThrowingTaskGroup(of: (Int, HostClusterFacts.Permission).self) { group in
            for (index, wish) in asked.enumerated() {
                group.addTask {
                    let review = try await client.accessReview(
                        verb: wish.verb, resource: wish.resource, subresource: wish.subresource,
                        namespace: wish.resource.isNamespaced ? namespace : nil)
                    let name = wish.resource.plural + (wish.subresource.map { "/" + $0 } ?? "")
                    return (index, .init(verb: wish.verb, resource: name, isAllowed: review.isAllowed))
                }
            }
            var permissions: [(Int, HostClusterFacts.Permission)] = []
            for try await permission in group { permissions.append(permission) }
            return permissions.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    // MARK: - Objects

    private func readNamespace(into facts: inout HostClusterFacts) async {
        do {
            let object = try await client.get(.namespaces, namespace)
            facts.namespaceLabels = object["metadata"]["labels"].strings
            facts.isTerminating = object["status"]["phase"].string == "Terminating"
        } catch let error as KubernetesError where error.isNotFound {
            facts.hasNamespace = false
        } catch {
            facts.unreadable["namespaces"] = "\(error)"
        }
    }

    private func list(_ resource: APIResource, into facts: inout HostClusterFacts) async -> [JSONValue]? {
        do {
            let namespace = resource.isNamespaced ? namespace : nil
            return try await client.list(resource, namespace: namespace).items
        } catch {
            facts.unreadable[resource.plural] = "\(error)"
            return nil
        }
    }

    private static func quota(_ object: JSONValue) -> HostClusterFacts.Quota {
        HostClusterFacts.Quota(
            name: object["metadata"]["name"].string ?? "", hard: object["status"]["hard"].strings,
            used: object["status"]["used"].strings)
    }

    private static func limits(_ object: JSONValue) -> [HostClusterFacts.LimitRange] {
        object["spec"]["limits"].array.map { limit in
            HostClusterFacts.LimitRange(
                name: object["metadata"]["name"].string ?? "", type: limit["type"].string ?? "",
                max: limit["max"].strings, min: limit["min"].strings)
        }
    }

    /// Servers of 1.25 and newer know no such thing, which is no failure.
    private func readPolicies(into facts: inout HostClusterFacts) async {
        let resource = APIResource(
            group: "policy", version: "v1beta1", plural: "podsecuritypolicies", kind: "PodSecurityPolicy",
            isNamespaced: false)
        guard let policies = try? await client.list(resource).items else { return }
        for policy in policies {
            guard let name = policy["metadata"]["name"].string else { continue }
            let review = try? await client.accessReview(
                verb: "use", resource: resource, namespace: namespace, name: name)
            facts.policies.append(
                .init(
                    name: name, allowsPrivileged: policy["spec"]["privileged"].boolean ?? false,
                    isUsable: review?.isAllowed ?? false))
        }
    }

    private func tryOut(_ pod: ExaminingPod, into facts: inout HostClusterFacts) async {
        do {
            try await client.create(
                .pods, pod.object(name: "kinkajou-doctor-dry-run", node: nil), namespace: namespace,
                dryRun: true)
        } catch let error as KubernetesError where error.status != nil {
            facts.refusal = error.status?.message
        } catch {
            facts.unreadable["dry run"] = "\(error)"
        }
    }
}

extension HostClusterFacts.Node {
    /// A node from its object.
    fileprivate init(_ object: JSONValue) {
        let status = object["status"]
        let info = status["nodeInfo"]
        let conditions = status["conditions"].array.filter { $0["status"].string == "True" }
            .compactMap { $0["type"].string }
        let closing = object["spec"]["taints"].array.contains { $0["effect"].string != "PreferNoSchedule" }
        self.init(
            name: object["metadata"]["name"].string ?? "", isReady: conditions.contains("Ready"),
            isClosed: closing || object["spec"]["unschedulable"].boolean == true,
            kernel: info["kernelVersion"].string ?? "", architecture: info["architecture"].string ?? "",
            runtime: info["containerRuntimeVersion"].string ?? "",
            kubelet: info["kubeletVersion"].string ?? "",
            allocatable: status["allocatable"].strings,
            pressures: conditions.filter { $0.hasSuffix("Pressure") },
            systemUUID: info["systemUUID"].string ?? "", machineID: info["machineID"].string ?? "")
    }
}

extension JSONValue {
    /// The members that are strings.
    fileprivate var strings: [String: String] { object.compactMapValues(\.string) }
}
