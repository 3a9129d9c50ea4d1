import ClusterSpec
import KubernetesAPI
import Testing
import Values

@testable import ClusterClient

@Suite struct ClusterObjectsTests {
    private func objects(_ change: (inout ClusterRequest) -> Void = { _ in }) -> ClusterObjects {
        var request = ClusterRequest(name: "demo", podImage: "kinkajou/pod:latest")
        change(&request)
        return ClusterObjects(request, namespace: "ci", creation: "one")
    }

    private let owner: JSONValue = ["apiVersion": "v1", "kind": "Pod", "name": "kinkajou-demo", "uid": "u"]

    @Test func everythingHasTheClustersLabelAndItsOwner() {
        let objects = objects { request in
            request.configuration = "kind: Cluster"
            request.timeToLive = .seconds(60)
        }
        let owned = [
            objects.pod(owner: owner), objects.service(owner: owner), objects.networkPolicy(owner: owner),
            objects.configuration(owner: owner) ?? .null, objects.kubeconfig("x", owner: owner),
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
        let container = spec["containers"][0]
        #expect(container["securityContext"]["privileged"].boolean == true)
        #expect(container["resources"]["limits"]["memory"].string == "4Gi")
        #expect(container["resources"]["limits"]["ephemeral-storage"].string == "20Gi")
        #expect(spec["terminationGracePeriodSeconds"].integer == 30)
        #expect(spec["nodeSelector"].isNull)
    }

    @Test func aRequestIsNeverAboveItsLimit() {
        let small = objects { request in
            request.resources.cpu = "500m"
            request.resources.memory = "700Mi"
        }
        let requests = small.pod(owner: nil)["spec"]["containers"][0]["resources"]["requests"]
        #expect(requests["cpu"].string == "500m")
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
        #expect(spec["nodeSelector"] == ["disk": "ssd"])
        #expect(
            spec["tolerations"] == [
                ["key": "ci", "operator": "Equal", "value": "yes", "effect": "NoSchedule"],
                ["operator": "Exists"],
            ])
        #expect(spec["runtimeClassName"].string == "kata")
        #expect(spec["serviceAccountName"].string == "builder")
        #expect(spec["imagePullSecrets"] == [["name": "registry"]])
    }

    @Test func theCertificateHasTheServicesNames() {
        let words = objects().pod(owner: nil)["spec"]["containers"][0]["command"].array.compactMap(\.string)
        let names = zip(words, words.dropFirst()).filter { $0.0 == "--cert-san" }.map(\.1)
        #expect(names.contains("kinkajou-demo.ci.svc"))
        #expect(names.contains("127.0.0.1"))
        // Whatever port the configuration asks for, the Service leads to this one.
        #expect(zip(words, words.dropFirst()).contains { $0.0 == "--api-server-port" && $0.1 == "30001" })
    }

    @Test func publishedPortsAreReachedThroughTheService() {
        let objects = objects { request in
            request.publishedPorts = [
                PortMapping(containerPort: 80, hostPort: 8080),
                PortMapping(containerPort: 53, hostPort: 5353, protocol: .udp),
                PortMapping(containerPort: 81),
            ]
        }
        let ports = objects.service(owner: owner)["spec"]["ports"].array
        #expect(ports.map { $0["port"].integer } == [443, 8080, 5353])
        let allowed = objects.networkPolicy(owner: owner)["spec"]["ingress"][0]["ports"].array
        #expect(allowed.map { $0["port"].integer } == [30001, 8080, 5353])
        #expect(allowed[2]["protocol"].string == "UDP")
    }

    @Test func accessChoosesTheServicesType() {
        for (access, type) in [
            (ClusterRequest.Access.tunnel, "ClusterIP"), (.service, "ClusterIP"), (.nodePort, "NodePort"),
            (.loadBalancer, "LoadBalancer"),
        ] {
            #expect(objects { $0.access = access }.service(owner: owner)["spec"]["type"].string == type)
        }
    }

    @Test func theJobOfTheTimeToLiveRunsNothing() {
        let objects = objects { request in
            request.timeToLive = .seconds(3600)
            request.owner = .init(name: "job-1", uid: "o")
        }
        let job = objects.expiryJob(seconds: 4500)
        #expect(job["spec"]["parallelism"].integer == 0)
        #expect(job["spec"]["activeDeadlineSeconds"].integer == 4500)
        #expect(job["spec"]["ttlSecondsAfterFinished"].integer == 0)
        #expect(job["metadata"]["ownerReferences"][0]["uid"].string == "o")
        // Until it is ready nobody knows when the time begins.
        #expect(objects.provisionalLifetime == Int64(4500))
    }

    @Test func theConfigurationIsASecretAndNoArgument() {
        let text = "kind: Cluster # password"
        let objects = objects { $0.configuration = text }
        let pod = String(decoding: objects.pod(owner: nil).encoded(), as: UTF8.self)
        #expect(!pod.contains("password"))
        #expect(objects.configuration(owner: owner)?["stringData"]["kind.yaml"].string == text)
        #expect(self.objects().configuration(owner: owner) == nil)
    }
}
