import Testing

@testable import ClusterSpec

/// What kubelets keep back, so that nodes promise no more than their container may use.
@Suite struct NodeCapacityTests {
    private static let gibibyte: UInt64 = 1 << 30

    private func capacity(memoryLimit: UInt64? = nil, processorLimit: Double? = nil) -> NodeCapacity {
        NodeCapacity(
            memory: 16 * Self.gibibyte, memoryLimit: memoryLimit, processors: 8,
            processorLimit: processorLimit)
    }

    @Test func withoutLimitsNothingIsKeptBack() {
        #expect(capacity().reservation(nodes: 1).isNothing)
        // A limit above what the machine has is none.
        #expect(capacity(memoryLimit: 32 * Self.gibibyte, processorLimit: 8).reservation(nodes: 3).isNothing)
    }

    @Test func whatIsLeftIsTheLimitWithoutTheEngine() {
        let reservation = capacity(memoryLimit: 4 * Self.gibibyte, processorLimit: 2).reservation(nodes: 1)
        #expect(
            reservation.memory == 12 * Self.gibibyte + NodeCapacity.memoryOfEngine + NodeCapacity.memoryOfNode
        )
        #expect(reservation.processors == 6000)
        #expect(reservation.quantities.map(\.quantity) == ["6000m", "12910592Ki"])
    }

    @Test func nodesShareIt() {
        let reservation = capacity(memoryLimit: 4 * Self.gibibyte, processorLimit: 6).reservation(nodes: 3)
        let share = (4 * Self.gibibyte - NodeCapacity.memoryOfEngine) / 3 - NodeCapacity.memoryOfNode
        #expect(reservation.memory == 16 * Self.gibibyte - share)
        #expect(reservation.processors == 6000)
    }

    /// A limit that no control plane fits in is not made worse by a node on which nothing is scheduled.
    @Test(arguments: [UInt64(0), 1, 64 << 20, 600 << 20])
    func aNodeIsLeftWhatItsControlPlaneNeeds(limit: UInt64) {
        let reservation = capacity(memoryLimit: limit, processorLimit: 0.1).reservation(nodes: 5)
        #expect(reservation.memory == 16 * Self.gibibyte - NodeCapacity.leastMemory)
        #expect(reservation.processors == 8000 - NodeCapacity.leastProcessors)
    }

    @Test func aMachineWithLessThanThatKeepsNothingBack() {
        let small = NodeCapacity(
            memory: 256 << 20, memoryLimit: 128 << 20, processors: 1, processorLimit: 0.5)
        #expect(small.reservation(nodes: 1).isNothing)
    }

    /// It is before the user's own patches, which win, and before them in both engines.
    @Test func theKubeletIsTold() throws {
        var merge = SpecMerge(environment: [:])
        merge.take(
            try KindConfiguration(
                text: PlanningTests.header
                    + "kubeadmConfigPatches:\n- |\n  kind: KubeletConfiguration\n  systemReserved: {cpu: 1}\n",
                file: "f"))
        var place = ClusterSurroundings()
        place.facts.capacity = capacity(memoryLimit: 4 * Self.gibibyte)
        let plan = try ClusterPlan(merge.spec, in: place)
        #expect(
            plan.cluster.kubeadmConfigPatches.first
                == "kind: KubeletConfiguration\nsystemReserved:\n  memory: 12910592Ki\n")
        #expect(plan.cluster.kubeadmConfigPatches.last?.contains("cpu: 1") == true)
        let decision = plan.decisions.first { $0.field == "kubelet.systemReserved" }
        #expect(decision?.value == "memory=12910592Ki" && decision?.source == .kinkajou)
        #expect(
            try ClusterPlan(merge.spec, in: ClusterSurroundings()).cluster.kubeadmConfigPatches.count == 1)
    }
}
