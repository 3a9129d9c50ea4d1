import Formats
import KubernetesAPI
import Testing
import Values

@testable import ClusterClient

/// Which Pods are taken out of the API without their kubelet's word.
@Suite struct PodRemovalTests {
    @Test(arguments: [
        ("{}", false),
        ("{containerStatuses: []}", false),
        ("{containerStatuses: [{state: {waiting: {reason: InvalidImageName}}}]}", true),
        ("{containerStatuses: [{state: {waiting: {reason: ContainerCreating}}, lastState: {}}]}", true),
        ("{containerStatuses: [{state: {running: {startedAt: x}}, containerID: \"containerd://1\"}]}", false),
        (
            "{containerStatuses: [{state: {terminated: {exitCode: 128}}, containerID: \"containerd://1\"}]}",
            false
        ),
        (
            "{containerStatuses: [{state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}}]}",
            false
        ),
        (
            "{containerStatuses: [{state: {waiting: {reason: ImagePullBackOff}}}, {state: {running: {startedAt: x}}}]}",
            false
        ),
    ])
    func onlyOneThatNeverRanIsSaidToHaveNeverStarted(status: String, expected: Bool) throws {
        let pod: JSONValue = ["status": try JSONValue(yaml: status)]
        #expect(PodRemoval.hasNeverStarted(pod) == expected)
    }

    @Test(arguments: [
        ("{containerStatuses: [{state: {terminated: {exitCode: 137}}}]}", true),
        ("{containerStatuses: [{state: {running: {startedAt: x}}}]}", false),
        ("{containerStatuses: []}", false),
    ])
    func onlyOneThatIsDeletedAndHasEndedIsTakenOutEarly(status: String, expected: Bool) throws {
        var pod: JSONValue = ["status": try JSONValue(yaml: status)]
        #expect(!PodRemoval.hasEnded(pod))
        pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        #expect(PodRemoval.hasEnded(pod) == expected)
    }

    @Test(.timeLimit(.minutes(1)))
    func aKubeletThatHasMissedTheEndIsAskedAgain() async throws {
        let path = "/api/v1/namespaces/ci/pods/kinkajou-x"
        let pod: JSONValue = [
            "metadata": ["name": "kinkajou-x", "uid": "p"],
            "status": [
                "containerStatuses": [["state": ["running": ["startedAt": "x"]], "containerID": "c"]]
            ],
        ]
        let objects = StubObjects()
        objects.put(path, pod)
        objects.fault("DELETE", "/kinkajou-x", .marked)
        try await objects.serve { client, _ in
            try await PodRemoval(client: client, namespace: "ci", patience: .milliseconds(100))
                .remove(pod, place: "here")
        }
        #expect(objects.objects.isEmpty)
    }
}
