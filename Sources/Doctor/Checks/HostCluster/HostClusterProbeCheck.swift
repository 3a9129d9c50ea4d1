extension Check {
    static let kubernetesProbe = Check(
        "kube-probe", "Privileged Pods run and can be examined",
        why: "Admission, runtime classes and node settings show only in a Pod.",
        explanation: """
            With `--probe`: a privileged Pod of the image on each node (or on `--nodes N` of them) with `kinkajou doctor` in \
            it. What that finds is part of the report, with the node as its place. The Pods are deleted, whatever happens.
            """,
        cure: "kubectl get events -n NAMESPACE says why; --image names another image"
    ) { (facts: HostClusterFacts) in
        [
            facts.probe.finding(
                place: "a Pod on each node",
                cure: "kubectl get events -n \(facts.namespace) says why; --image names another image")
        ]
    }
}
