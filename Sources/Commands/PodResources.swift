/// What a Pod with an engine or a cluster in it asks for, unless told otherwise.
enum PodResources {
    /// The CPU limit, in processors.
    static let processors = "2"

    /// The memory limit.
    static func memory(isCluster: Bool) -> String { isCluster ? "4Gi" : "2Gi" }

    /// The limit of what is written to the node's disk.
    static func storage(isCluster: Bool) -> String { isCluster ? "20Gi" : "10Gi" }

    /// The request of processors.
    static let requestedProcessors = "500m"

    /// The request of memory.
    static func requestedMemory(isCluster: Bool) -> String { isCluster ? "1Gi" : "512Mi" }
}
