public import HostFacts

/// What the nodes of a cluster may use together, beside what their kubelets see of the machine.
///
/// A kubelet reports the machine's processors and memory, whatever the limits of the container around it are, and a
/// scheduler that believes it promises to Pods what nobody has. What is beyond the limits is therefore reserved for the
/// system (`systemReserved`, https://kubernetes.io/docs/tasks/administer-cluster/reserve-compute-resources): then the
/// node's allocatable resources are those of the limits, and the kubelet's cgroup for Pods ends there, so that a Pod
/// which takes too much is killed alone.
public struct NodeCapacity: Sendable, Equatable {
    /// What is needed beside the nodes: dockerd, its containerd and ourselves, in bytes.
    static let memoryOfEngine: UInt64 = 160 << 20
    /// What a node needs beside its Pods: kubelet, containerd and its shims, in bytes.
    static let memoryOfNode: UInt64 = 160 << 20
    /// What a node is left at least, in bytes: its control plane has to fit, and all nodes have the same share. Where the
    /// limits are less than that for each, the nodes promise more than there is.
    static let leastMemory: UInt64 = 1 << 30
    /// What a node is left at least, in thousandths of a processor: the requests of kubeadm's Pods and kindnet are 950,
    /// and those of a user's have to fit beside them. Processors are shared by time, so nothing breaks by it.
    static let leastProcessors: UInt64 = 1500

    /// The machine's memory in bytes.
    public var memory: UInt64
    /// The limit of memory in bytes; nil: none.
    public var memoryLimit: UInt64?
    /// The processors that a kubelet counts.
    public var processors: Int
    /// The limit of processors, such as 1.5; nil: none.
    public var processorLimit: Double?

    /// A capacity from its parts.
    public init(memory: UInt64, memoryLimit: UInt64?, processors: Int, processorLimit: Double?) {
        self.memory = memory
        self.memoryLimit = memoryLimit
        self.processors = processors
        self.processorLimit = processorLimit
    }

    /// The capacity of the place that these facts are of.
    public init(_ facts: ResourceFacts) {
        self.init(
            memory: facts.memoryTotal, memoryLimit: facts.memoryLimit, processors: facts.processors,
            processorLimit: facts.processorQuota)
    }

    /// What a kubelet has to keep back.
    struct Reservation: Equatable {
        /// Memory in bytes.
        var memory: UInt64
        /// Thousandths of a processor.
        var processors: UInt64

        var isNothing: Bool { memory == 0 && processors == 0 }

        /// As Kubernetes' quantities, by the names of its resources.
        var quantities: [(name: String, quantity: String)] {
            (processors > 0 ? [("cpu", "\(processors)m")] : [])
                + (memory > 0 ? [("memory", "\(memory >> 10)Ki")] : [])
        }
    }

    /// What the kubelet of each of several nodes keeps back, so that each has the same share of the limits: a kubelet
    /// that joins has the configuration of the first.
    func reservation(nodes: Int) -> Reservation {
        let count = UInt64(max(1, nodes))
        var reservation = Reservation(memory: 0, processors: 0)
        if let memoryLimit, memoryLimit < memory {
            let share = (memoryLimit - min(memoryLimit, Self.memoryOfEngine)) / count
            let left = max(share - min(share, Self.memoryOfNode), Self.leastMemory)
            reservation.memory = memory - min(memory, left)
        }
        let seen = UInt64(max(0, processors)) * 1000
        if let processorLimit, processorLimit > 0, processorLimit * 1000 < Double(seen) {
            let left = max(UInt64(processorLimit * 1000) / count, Self.leastProcessors)
            reservation.processors = seen - min(seen, left)
        }
        return reservation
    }
}
