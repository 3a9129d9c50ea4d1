import ClusterSpec
import Testing

@testable import NestedCluster

@Suite struct NodeRollTests {
    private let planned = ["kind-control-plane", "kind-worker", "kind-worker2"]

    private func node(_ name: String, isReady: Bool = true, _ reason: String = "") -> NodeRoll.Registered {
        NodeRoll.Registered(name: name, isReady: isReady, reason: reason)
    }

    @Test func aNodeThatNeverJoinedIsMissedByName() {
        let roll = NodeRoll(planned: planned, registered: [node("kind-control-plane"), node("kind-worker2")])
        #expect(!roll.isComplete)
        #expect(roll.summary == "kind-worker has not joined the cluster")
        #expect(roll.suspects == ["kind-worker"])
    }

    @Test func nodesThatAreNotReadySayWhy() {
        let roll = NodeRoll(
            planned: planned,
            registered: planned.dropLast().map {
                node($0, isReady: false, "KubeletNotReady: cni plugin not initialized")
            })
        #expect(
            roll.summary
                == "kind-worker2 has not joined the cluster; kind-control-plane is not Ready (KubeletNotReady: cni plugin not "
                + "initialized); kind-worker is not Ready (KubeletNotReady: cni plugin not initialized)")
        #expect(roll.suspects == ["kind-worker2", "kind-control-plane", "kind-worker"])
    }

    @Test func allOfThePlanAreEnough() {
        let others = planned.map { node($0) } + [node("somebody-elses", isReady: false)]
        #expect(NodeRoll(planned: planned, registered: others).isComplete)
        #expect(!NodeRoll(planned: planned, registered: []).isComplete)
    }

    @Test func namesAreThoseOfKind() {
        var cluster = Cluster()
        #expect(cluster.nodeNames == ["kind-control-plane"])
        cluster.name = "c"
        cluster.nodes = [Node(role: .worker), Node(), Node(role: .worker), Node(), Node()]
        #expect(
            cluster.nodeNames == [
                "c-worker", "c-control-plane", "c-worker2", "c-control-plane2", "c-control-plane3",
            ])
    }
}
