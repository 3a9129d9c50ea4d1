import ClusterSpec
import KubernetesAPI
import Testing
import Values

@testable import ClusterClient

@Suite struct ClusterObjectsTests {
    private func objects(_ change: (inout ClusterSpec) -> Void = { _ in }) -> ClusterObjects {
        var request = ClusterSpec()
        request.name = "demo"
        change(&request)
        return ClusterObjects(request, namespace: "ci", creation: "one")
    }

    private let owner: JSONValue = ["apiVersion": "v1", "kind": "Pod", "name": "kinkajou-demo", "uid": "u"]

    @Test func everythingHasTheClustersLabelAndItsOwner() throws {
        let objects = objects { $0.lifetimeSeconds = 60 }
        let owned = [
            objects.pod(owner: owner), objects.service(owner: owner), objects.networkPolicy(owner: owner),
            try objects.specification(owner: owner), objects.kubeconfig("x", owner: owner),
        ]
        for object in owned {
            #expect(
                object["metadata"]["labels"]["kinkajou.dev/cluster"].string == "demo", "\(object["kind"])")
            #expect(object["metadata"]["ownerReferences"][0] == owner, "\(object["kind"])")
            #expect(object["metadata"]["namespace"].string == "ci")
        }
    }

    @Test func thePodIsPrivilegedAndHasNoMore() {
        let spec = objects().pod(owner: nil)["spec"]
        #expect(spec["automountServiceAccountToken"].boolean == false)
        #expect(spec["restartPolicy"].string == "Never")
        let paths = spec["volumes"].array.compactMap { $0["hostPath"]["path"].string }
        #expect(paths == ["/lib/modules"])
        #expect(spec["nodeSelector"]["kubernetes.io/arch"].string == Defaults.architecture)
        let container = spec["containers"][0]
        #expect(container["resources"]["requests"]["ephemeral-storage"].string == "2Gi")
        #expect(container["securityContext"]["privileged"].boolean == true)
        #expect(container["resources"]["limits"]["memory"].string == "4Gi")
        #expect(container["resources"]["limits"]["ephemeral-storage"].string == "20Gi")
        #expect(spec["terminationGracePeriodSeconds"].integer == 30)
        #expect(spec["nodeSelector"]["kubernetes.io/os"].string == "linux")
    }

    /// The container is of the node image, and has our programs where it would have them in an image of ours.
    @Test func aPodThatIsTheNodeItself() {
        let spec = objects { request in
            request.madeBy = .node
            request.nodeImage = "kindest/node:v1.37.0"
        }.pod(owner: nil)["spec"]
        #expect(spec["hostname"] == "demo-control-plane")
        let container = spec["containers"][0]
        #expect(
            container["image"] == "kindest/node:v1.37.0" && container["imagePullPolicy"] == "IfNotPresent")
        #expect(container["command"][0] == "kinkajou")
        let first = spec["initContainers"][0]
        #expect(spec["initContainers"].array.count == 1 && first["image"] == .string(Defaults.podImage))
        #expect(first["securityContext"].isNull)
        #expect(first["resources"] == container["resources"])
        let mounts = container["volumeMounts"].array
        #expect(
            mounts.filter { $0["name"] == "programs" }.compactMap { $0["subPath"].string } == [
                "kinkajou", "kinkajou-init",
            ])
        #expect(mounts.contains { $0["mountPath"] == "/usr/local/bin/kinkajou" && $0["readOnly"] == true })
        #expect(mounts.contains { $0["mountPath"] == "/var/lib/kinkajou" })
        #expect(!mounts.contains { $0["mountPath"] == "/var/lib/docker" })
        let volumes = Set(spec["volumes"].array.compactMap { $0["name"].string })
        #expect(volumes == ["node", "modules", "programs", "spec"])
        #expect(mounts.compactMap { $0["name"].string }.allSatisfy(volumes.contains))
        // What was built here is in no registry.
        let local = objects { $0.madeBy = .node }.pod(owner: nil)["spec"]["containers"][0]
        #expect(local["image"] == .string(Defaults.nodeImage) && local["imagePullPolicy"] == "Never")
    }

    @Test func nobodyMovesThePodUnlessThatIsAllowed() {
        let key = "cluster-autoscaler.kubernetes.io/safe-to-evict"
        let kept = objects().pod(owner: nil)["metadata"]["annotations"]
        #expect(kept[key] == "false" && kept["karpenter.sh/do-not-disrupt"] == "true")
        let moved = objects { $0.placement.evictable = true }.pod(owner: nil)["metadata"]["annotations"]
        #expect(moved[key] == "true" && moved["karpenter.sh/do-not-disrupt"].isNull)
    }

    @Test func aRequestIsNeverAboveItsLimit() {
        let small = objects { request in
            request.resources.cpu = "200m"
            request.resources.memory = "700Mi"
        }
        let requests = small.pod(owner: nil)["spec"]["containers"][0]["resources"]["requests"]
        #expect(requests["cpu"].string == "200m")
        #expect(requests["memory"].string == "700Mi")
    }

    @Test func placementIsHandedOn() throws {
        let spec = objects { request in
            request.placement.nodeSelector = ["disk": "ssd"]
            request.placement.tolerations = [Toleration("ci=yes:NoSchedule"), Toleration("*")].compactMap {
                $0
            }
            request.placement.runtimeClass = "kata"
            request.placement.serviceAccount = "builder"
            request.placement.imagePullSecrets = ["registry"]
        }.pod(owner: nil)["spec"]
        #expect(spec["nodeSelector"]["disk"].string == "ssd")
        #expect(
            spec["tolerations"] == [
                ["key": "ci", "operator": "Equal", "value": "yes", "effect": "NoSchedule"],
                ["operator": "Exists"],
            ])
        #expect(spec["runtimeClassName"].string == "kata")
        #expect(spec["serviceAccountName"].string == "builder")
        #expect(spec["imagePullSecrets"] == [["name": "registry"]])
    }

    @Test func theCertificateHasTheServicesNames() throws {
        let secret = try objects().specification(owner: owner)
        let spec = try ClusterSpec(text: secret["stringData"]["spec.json"].string ?? "", file: "spec.json")
        #expect(spec.apiServer.certificateNames.contains("kinkajou-demo.ci.svc"))
        #expect(spec.apiServer.certificateNames.contains("127.0.0.1"))
        // Whatever port the configuration asks for, the Service leads to this one.
        #expect(spec.apiServer.port == 30001)
    }

    private static let header = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"

    private func ports(_ mappings: String, networking: String = "", access: ClusterSpec.Access = .tunnel)
        throws -> (service: [JSONValue], allowed: [JSONValue], inside: Cluster)
    {
        let text = Self.header + "nodes: [{extraPortMappings: [\(mappings)]}]\nnetworking: {\(networking)}\n"
        let configuration = try KindConfiguration(text: text, file: nil)
        let objects = objects { request in
            request.configuration = configuration
            request.access = access
        }
        let spec = try objects.specification(owner: owner)["stringData"]["spec.json"].string ?? ""
        return (
            objects.service(owner: owner)["spec"]["ports"].array,
            objects.networkPolicy(owner: owner)["spec"]["ingress"][0]["ports"].array,
            try ClusterSpec(text: spec, file: "spec.json").parsed.cluster
        )
    }

    /// Where the Pod is the node, the node's ports are the Pod's, also those of two mappings.
    @Test func thePortsOfAPodThatIsTheNode() throws {
        let file = """
            kind: Cluster
            apiVersion: kind.x-k8s.io/v1alpha4
            nodes:
            - extraPortMappings: [{containerPort: 80, hostPort: 8080}, {containerPort: 80, hostPort: 30001}, {containerPort: 53, protocol: UDP}]
            """
        var request = ClusterSpec()
        request.madeBy = .node
        request.configuration = try KindConfiguration(text: file, file: "f")
        #expect(request.published.ports.map(\.inner) == [80, 80, 53])
        #expect(request.published.ports.map(\.outer) == [8080, 30001, nil])
        try request.checkEngine(isInside: false)
        // What is handed over to the Pod is what it can do: its ports are there.
        let inside = try request.inside(names: [])
        try inside.checkEngine(isInside: true)
        _ = try ClusterPlan(inside, in: ClusterSurroundings())
        let refused = #expect(throws: KinkajouError.self) { try request.checkEngine(isInside: true) }
        #expect(refused?.summary.contains("extraPortMappings to another port") == true)
        request.configuration = try KindConfiguration(
            text: file.replacing("containerPort: 53, protocol: UDP", with: "containerPort: 30002"), file: "f")
        let ours = #expect(throws: KinkajouError.self) { try request.checkEngine(isInside: false) }
        #expect(ours?.summary.contains("30002") == true)
    }

    @Test func publishedPortsAreReachedThroughTheService() throws {
        let (service, allowed, _) = try ports(
            "{containerPort: 80, hostPort: 8080}, {containerPort: 53, hostPort: 5353, protocol: UDP}")
        #expect(service.map { $0["port"].integer } == [443, 8080, 5353])
        #expect(allowed.map { $0["port"].integer } == [30001, 8080, 5353])
        #expect(allowed[2]["protocol"].string == "UDP")
    }

    /// kind's own example for Ingress publishes 80 and 443.
    @Test func aPublishedHTTPSPortMovesTheAPIServersPort() throws {
        let (service, allowed, _) = try ports(
            "{containerPort: 80, hostPort: 80}, {containerPort: 443, hostPort: 443}")
        #expect(service.map { $0["port"].integer } == [6443, 80, 443])
        #expect(service.map { $0["targetPort"] } == ["api", 80, 443])
        #expect(allowed.map { $0["port"].integer } == [30001, 80, 443])
    }

    @Test func portsThatMeetOursAndPortsWithoutANumberGetOthersInThePod() throws {
        let (service, allowed, inside) = try ports(
            "{containerPort: 80, hostPort: 30001, listenAddress: 127.0.0.1}, {containerPort: 81}, {containerPort: 82, hostPort: 0}, {containerPort: 99, hostPort: 81}"
        )
        #expect(service.map { $0["port"].integer } == [443, 30001, 82, 83, 81])
        #expect(service.map { $0["targetPort"] } == ["api", 30003, 82, 83, 81])
        #expect(allowed.map { $0["port"].integer } == [30001, 30003, 82, 83, 81])
        let mappings = inside.nodes.flatMap(\.extraPortMappings)
        #expect(mappings.map(\.hostPort) == [30003, 82, 83, 81])
        // The address is one of the machine that the file speaks of, and not of the Pod.
        #expect(mappings.allSatisfy { $0.listenAddress == nil })
    }

    @Test func theFilesPortForTheAPIServerCountsForEveryAccess() throws {
        for (access, port) in [(ClusterSpec.Access.service, 7443), (.loadBalancer, 7443), (.tunnel, 443)] {
            let (service, _, inside) = try ports("", networking: "apiServerPort: 7443", access: access)
            #expect(service[0]["port"].integer == Int64(port), "\(access)")
            #expect(inside.networking.apiServerPort == nil)
        }
        let (service, _, _) = try ports("", networking: "apiServerPort: 30443", access: .nodePort)
        #expect(service[0]["nodePort"] == 30443)
    }

    @Test func accessChoosesTheServicesType() {
        for (access, type) in [
            (ClusterSpec.Access.tunnel, "ClusterIP"), (.service, "ClusterIP"), (.nodePort, "NodePort"),
            (.loadBalancer, "LoadBalancer"),
        ] {
            #expect(objects { $0.access = access }.service(owner: owner)["spec"]["type"].string == type)
        }
    }

    @Test func theJobOfTheTimeToLiveRunsNothing() {
        let objects = objects { request in
            request.lifetimeSeconds = 3600
            request.owner = .init(name: "job-1", uid: "o")
        }
        let job = objects.expiryJob(seconds: 4500)
        #expect(job["spec"]["parallelism"].integer == 0)
        #expect(job["spec"]["activeDeadlineSeconds"].integer == 4500)
        #expect(job["spec"]["ttlSecondsAfterFinished"].integer == 0)
        #expect(job["metadata"]["ownerReferences"][0]["uid"].string == "o")
        // A Job of its own, whatever others there are of the cluster's name, and however long that is.
        #expect(job["metadata"]["name"].string == "kinkajou-demo-one")
        var spec = ClusterSpec()
        spec.name = String(repeating: "x", count: ClusterName.longest)
        let long = ClusterObjects(
            spec, namespace: "ci", creation: "0e3b8a5c-1111-2222-3333-444444444444")
        #expect(long.jobName.count <= 63 && long.jobName.hasSuffix("x-0e3b8a5c"))
        // Until it is ready nobody knows when the time begins.
        #expect(objects.provisionalLifetime == Int64(4500))
    }

    @Test func theSpecIsASecretAndNoArgument() throws {
        let configuration = try KindConfiguration(
            text: Self.header + "containerdConfigPatches: [password = 1]\n", file: "kind.yaml")
        let objects = objects { $0.configuration = configuration }
        let pod = String(decoding: objects.pod(owner: nil).encoded(), as: UTF8.self)
        #expect(!pod.contains("password"))
        let text = try objects.specification(owner: owner)["stringData"]["spec.json"].string ?? ""
        let spec = try objects.request.inside(names: objects.certificateNames)
        #expect(try ClusterSpec(text: text, file: "spec.json") == spec)
        #expect(text.contains("password"))
    }
}
