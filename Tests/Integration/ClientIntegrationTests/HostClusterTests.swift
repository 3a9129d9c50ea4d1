import TestSupport
import Testing

/// All tests of clusters as Pods share one host cluster: making it takes longer than most of them.
@Suite(.serialized, .needs(.hostCluster), .hostCluster)
enum HostClusterTests {}
