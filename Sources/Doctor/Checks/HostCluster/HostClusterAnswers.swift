extension Check {
    static let kubernetesAnswers = Check(
        "kube-answers", "The host cluster answers",
        why: "Without it there is nothing to run Pods in.",
        explanation:
            "`GET /version` at the API server of the kubeconfig's context (`--kubeconfig`, `--context`).",
        cure: "kubectl config get-contexts, then --context; or KUBECONFIG and --kubeconfig"
    ) { (facts: HostClusterFacts) in
        guard let failure = facts.failure else {
            return [.ok("\(facts.context): \(facts.version)", from: "GET /version")]
        }
        return [
            .error(
                "\(facts.context): \(failure)", from: "GET /version")
        ]
    }
}
