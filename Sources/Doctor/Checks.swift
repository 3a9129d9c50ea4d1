extension Check {
    /// All checks, in the order in which they are shown: whatever explains others comes first.
    public static let all: [Check] =
        privileges + programs + cgroups + resources + storage + network + system
        + docker + kubernetes

    private static let privileges = [
        root, sysAdmin, netAdmin, sysResource, deviceNodes, rawSockets, capabilities, userNamespace, seccomp,
        appArmor, noNewPrivileges,
    ]

    private static let programs = [
        daemon, ociRuntime, socket, clusterPrograms, nodePrograms, staleState, imageStore,
    ]

    private static let cgroups = [
        cgroupsMounted, cgroupsReadOnly, cgroupNamespace, hostCgroups, controllers, cgroupType, delegation,
        cgroupPaths, hybrid, cgroupVersion, unknownControllers,
    ]

    private static let resources = [
        memory, memoryAvailable, oomGroup, processors, throttling, processes, openFiles, inotify, keys, swap,
    ]

    private static let storage = [
        dataRoot, space, inodes, overlay, fileSystem, ephemeralStorage, sharedMounts, sync,
    ]

    private static let network = [
        sharedNetwork, insecureTCP, packetFilterProgram, packetFilter, backends, packetFilterIPv6,
        bridgeNetfilter,
        forwarding, conntrack,
        defaultRoute, mtu, addresses, clusterSubnets, ipv6, ports, nameServers, searchDomains, lookup,
        proxies,
        registry,
    ]

    private static let system = [
        modules, kernelMessages, machineID, productUUID, clock, initProcess, procMounts, readOnlySys,
    ]

    private static let docker = [
        dockerAnswers, dockerVersion, dockerRootless, dockerUserNamespace, dockerCgroups, dockerRuntime,
        dockerStorage, dockerImageStore, dockerResources, dockerWarnings, dockerImage,
        dockerProbe,
    ]

    private static let kubernetes = [
        kubernetesAnswers, kubernetesVersion, kubernetesNamespace, kubernetesPermissions,
        podSecurityAdmission,
        podSecurityPolicies, quotas, limitRanges, admission, nodesReady, nodeResources, nodePressure,
        nodeKernels,
        nodeCgroups,
        nodeArchitectures, nodeRuntimes, nodeIdentities, kubernetesProbe,
    ]
}
