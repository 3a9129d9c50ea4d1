import TestSupport
import Testing

/// All tests of clusters as Pods share one host cluster: making it takes longer than most of them.
@Suite(
    .serialized, .enabled(if: HostCluster.obstacle == nil, "\(HostCluster.obstacle ?? "")"), .hostCluster)
enum HostClusterTests {}
