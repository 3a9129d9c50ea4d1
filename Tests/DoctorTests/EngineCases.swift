import Doctor
import HostFacts

extension CheckCase {
    static let docker: [CheckCase] = [
        .docker("docker-answers", "no socket", .error, "no socket") { $0.failure = "there is no socket" },
        .docker("docker-version", "old", .error, "19.3") { $0.version = EngineVersion(major: 19, minor: 3) },
        .docker("docker-rootless", "version 2", .warning, "rootless") {
            $0.securityOptions = ["name=rootless"]
        },
        .docker("docker-rootless", "version 1", .error, "rootless") {
            $0.securityOptions = ["name=rootless"]
            $0.cgroupVersion = "1"
        },
        .docker("docker-userns", "remapped", .error, "userns-remap") { $0.securityOptions = ["name=userns"] },
        .docker("docker-cgroups", "none", .error, "driver none") { $0.cgroupDriver = "none" },
        .docker("docker-cgroups", "version 1", .info, "version 1") { $0.cgroupVersion = "1" },
        .docker("docker-runtime", "a sandbox", .warning, "runsc") { $0.runtime = "runsc" },
        .docker("docker-storage", "vfs", .warning, "vfs") { $0.storageDriver = "vfs" },
        .docker("docker-image-store", "containerd's", .info, "containerd") { $0.hasContainerdStore = true },
        .docker("docker-resources", "little memory", .warning, "1.0 GiB") { $0.memoryBytes = 1 << 30 },
        .docker("docker-warnings", "one", .info, "No swap limit") {
            $0.warnings = ["WARNING: No swap limit support"]
        },
        .docker("docker-image", "not there", .info, "not there") { $0.hasImage = false },
        .docker("docker-probe", "failed", .error, "No such image") { $0.probe = .failed("No such image") },
    ]

    static let kubernetes: [CheckCase] = [
        .cluster("kube-answers", "refused", .error, "refused") { $0.failure = "connection refused" },
        .cluster("kube-version", "old", .warning, "v1.18.2") { $0.version = "v1.18.2" },
        .cluster("kube-namespace", "missing", .error, "ci is not there") { $0.hasNamespace = false },
        .cluster("kube-permissions", "no Pods", .error, "create pods") {
            $0.permissions[0].isAllowed = false
        },
        .cluster("kube-permissions", "no nodes", .info, "list nodes") { $0.permissions[1].isAllowed = false },
        .cluster("kube-pod-security", "baseline", .error, "baseline") {
            $0.namespaceLabels = ["pod-security.kubernetes.io/enforce": "baseline"]
        },
        .cluster("kube-pod-security", "warns", .info, "warn is restricted") {
            $0.namespaceLabels = ["pod-security.kubernetes.io/warn": "restricted"]
        },
        .cluster("kube-pod-security-policy", "restricted alone", .warning, "restricted") {
            $0.policies = [.init(name: "restricted", allowsPrivileged: false, isUsable: true)]
        },
        .cluster("kube-quota", "memory", .error, "requests.memory is 3584Mi of 4Gi") {
            $0.quotas = [
                .init(name: "ci", hard: ["requests.memory": "4Gi"], used: ["requests.memory": "3584Mi"])
            ]
        },
        .cluster("kube-quota", "Pods", .error, "pods is 10 of 10") {
            $0.quotas = [.init(name: "ci", hard: ["pods": "10"], used: ["pods": "10"])]
        },
        .cluster("kube-limit-range", "too much", .error, "at most 2Gi memory") {
            $0.limitRanges = [.init(name: "ci", type: "Container", max: ["memory": "2Gi"])]
        },
        .cluster("kube-limit-range", "too little", .error, "at least 2 cpu") {
            $0.limitRanges = [.init(name: "ci", type: "Container", min: ["cpu": "2"])]
        },
        .cluster("kube-admission", "a webhook", .error, "denied the request") {
            $0.refusal = "admission webhook \"policy\" denied the request"
        },
        .cluster("kube-nodes", "all closed", .error, "0 of 2") { facts in
            for index in facts.nodes.indices { facts.nodes[index].isClosed = true }
        },
        .cluster("kube-node-resources", "too small", .error, "no node has") { facts in
            for index in facts.nodes.indices { facts.nodes[index].allocatable["cpu"] = "900m" }
        },
        .cluster("kube-node-resources", "smaller than the limit", .warning, "4Gi") { facts in
            for index in facts.nodes.indices { facts.nodes[index].allocatable["memory"] = "2Gi" }
        },
        .cluster("kube-node-pressure", "disk", .warning, "DiskPressure") {
            $0.nodes[1].pressures = ["DiskPressure"]
        },
        .cluster("kube-node-kernel", "old", .warning, "3.10.0") {
            $0.nodes[0].kernel = "3.10.0-1160.el7.x86_64"
        },
        .cluster("kube-node-cgroups", "version 1", .info, "version 1") { facts in
            for index in facts.nodes.indices { facts.nodes[index].cgroupVersion = 1 }
        },
        .cluster("kube-node-cgroups", "mixed", .warning, "version 1 on one") {
            $0.nodes[0].cgroupVersion = 1
        },
        .cluster("kube-node-architecture", "another", .error, "arm64") { facts in
            for index in facts.nodes.indices { facts.nodes[index].architecture = "arm64" }
        },
        .cluster("kube-node-architecture", "mixed", .warning, "amd64 and arm64") {
            $0.nodes[0].architecture = "arm64"
        },
        .cluster("kube-node-runtime", "unknown", .info, "frakti") { $0.nodes[0].runtime = "frakti://0.3" },
        .cluster("kube-node-identity", "cloned", .warning, "one, two") { $0.nodes[1].machineID = "id-one" },
        .cluster("kube-node-identity", "one firmware", .info, "one, two") {
            $0.nodes[1].systemUUID = "uuid-one"
        },
        .cluster("kube-probe", "refused", .error, "violates PodSecurity") {
            $0.probe = .failed("violates PodSecurity")
        },
    ]
}
