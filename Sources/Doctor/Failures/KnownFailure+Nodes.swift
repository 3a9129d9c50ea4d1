extension KnownFailure {
    /// What keeps the parts of a node from running: the kubelet, containerd, kubeadm.
    static let nodes: [KnownFailure] = [
        KnownFailure(
            [
                ["not run on a host using cgroup v1"], ["cgroups v1 support is deprecated"],
                ["cgroup v1 support is unsupported"],
            ],
            cause: "the kubelet refuses this host's cgroup v1, as it does by itself from Kubernetes 1.35 on",
            cure:
                "failCgroupV1: false in a patch for KubeletConfiguration, a node image up to 1.34, or a host with cgroup v2",
            check: "cgroup-version", reference: "KEP-5573"),
        KnownFailure(
            [
                ["inotify", "too many open files"], ["inotify_init"], ["inotify_add_watch"],
                ["fsnotify", "too many open files"],
                ["directory watch", "too many open files"], ["file watcher", "too many open files"],
            ],
            cause: "no inotify instances or watches are left on this machine, whose containers share them",
            cure:
                "on the machine: sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288; or fewer clusters (the check counts what is left)",
            check: "inotify", reference: "kind known issues"),
        KnownFailure(
            [
                ["missing cgroups:"], ["missing required cgroups"], ["controllers not enabled"],
                ["failed to find", "cgroup", "controller"], ["has some missing controllers"],
                ["has some missing paths"],
            ],
            cause: "the kernel, or whoever mounted the cgroups, lacks a controller that the kubelet needs",
            cure: "boot the host with the controller (cgroup_enable=memory), or delegate it to the container",
            check: "cgroup-controllers"),
        KnownFailure(
            [["cgroup-root", "doesn't exist"]],
            cause: "the kubelet misreads the mounts of a host with cgroup v1 and v2 side by side",
            cure: "use kinkajou/node or a newer node image, or boot the host with one cgroup version",
            check: "cgroup-hybrid", reference: "kind#2440"),
        KnownFailure(
            [["running with swap on is not supported"]],
            cause: "the machine has swap, which the kubelet was told to refuse",
            cure: "take failSwapOn: true out of the patches, or turn swap off: swapoff -a", check: "swap"),
        KnownFailure(
            [["certificate has expired or is not yet valid"], ["certificate is not yet valid"]],
            cause:
                "the clock is wrong, or was set while the cluster came up: its certificates are not valid now",
            cure: "on the host: start chrony or systemd-timesyncd, or set the clock with date -s",
            check: "clock"),
        KnownFailure(
            [["could not find device", "in cached partitions map"], ["failed to get rootfs info"]],
            cause: "the data root lies on btrfs or an encrypted disk whose device is not visible here",
            cure: "make the device visible, or put the data root on another file system",
            check: "data-root-device", reference: "kind#2411"),
        KnownFailure(
            [
                ["must evict pod"], ["attempting to reclaim", "ephemeral-storage"],
                ["disk usage", "over", "threshold"], ["condition: [diskpressure]"],
                ["node.kubernetes.io/disk-pressure"],
            ],
            from: [.kubelet, .kind], cause: "the disk is so full that the kubelet ends Pods",
            cure: "give the volume at /var/lib/docker more space", check: "disk-space"),
        KnownFailure(
            [["unrecognized feature gate"], ["cannot set feature gate"]],
            cause: "a feature gate is not known to this version of Kubernetes, or can no longer be changed",
            cure: "take it out of featureGates, or use a node image of a version that has it"),
        KnownFailure(
            [["unknown flag:"], ["flag provided but not defined"]], from: [.kubelet, .kubeadm],
            cause: "an argument of a patch is not known to this version of Kubernetes",
            cure: "take it out of extraArgs or kubeletExtraArgs"),
        KnownFailure(
            [["config_path"], ["mirrors", "cannot be set"]], from: [.containerd],
            cause: "containerd's configuration does not load: registry.mirrors beside config_path",
            cure: "use --registry-mirror, or hosts.toml files, in place of registry.mirrors",
            reference: "openperouter#314"),
        KnownFailure(
            [
                ["failed to load toml"], ["toml:"], ["expected", "config version"], ["invalid plugin config"],
                ["unsupported config version"],
            ],
            from: [.containerd], cause: "containerd's configuration does not load",
            cure:
                "correct containerdConfigPatches; kinkajou exec NODE -- containerd config dump shows the result"
        ),
        KnownFailure(
            [
                ["cannot unmarshal", "extraargs"], ["json: cannot unmarshal", "kubeadm"],
                ["strict decoding error"],
                ["unknown field"],
            ],
            from: [.kubeadm, .kubelet, .kind],
            cause: "a patch sets what this version's configuration does not have",
            cure:
                "see the field that is named, and the version of the document that kind writes (docs/cluster-config.md)"
        ),
        KnownFailure(
            [
                ["this version of kubeadm only supports deploying clusters"], ["uses an old api spec"],
                ["uses a new api spec"], ["no kind \"clusterconfiguration\" is registered"],
                ["no kind \"initconfiguration\" is registered"],
            ],
            cause: "the node image's version and kind's do not go together",
            cure: "use a node image that this kind supports (docs/compatibility.md)",
            check: "cluster-programs"),
        KnownFailure(
            [["unknown service runtime.v1"], ["validate cri v1", "runtime"]], from: [.kubelet, .kubeadm],
            cause: "containerd runs without its CRI plugin, or is too old for this kubelet",
            cure: "correct containerdConfigPatches, or use the node image as it was made"),
        KnownFailure(
            [["etcdserver: request timed out"], ["slow fdatasync"]], cause: "the disk is too slow for etcd",
            cure: "put /var/lib/docker on a faster disk", check: "disk-sync", reference: "kind#1922"),
        KnownFailure(
            [["needs /sys/fs/cgroup/cgroup.procs to be empty"]],
            cause: "something entered the node's cgroup before its systemd was up",
            cure: "run nothing in the node before it is ready (docker exec, exec probes)",
            check: "cgroup-namespace",
            reference: "kind#2506"),
        KnownFailure(
            [
                ["out of memory"], ["oom-kill"], ["cannot allocate memory"], ["oomkilled"],
                ["system oom encountered"], ["condition: [memorypressure]"],
                ["node.kubernetes.io/memory-pressure"], ["is less than the minimum", "mb"],
            ],
            cause: "memory ran out",
            cure: "give the container more memory: --memory, or resources.limits.memory in a Pod",
            check: "memory"),
    ]

    /// A part of the control plane that ends again and again, where its own last words are not known otherwise.
    ///
    /// - Parameter name: Its name, such as `etcd`.
    public static func ofStaticPod(_ name: String) -> KnownFailure {
        KnownFailure(
            [], cause: "\(name) ends again and again; its last words are below",
            cure:
                "correct what they name, most often an argument or a volume in a patch for ClusterConfiguration"
        )
    }

    /// What is wrong with images and their archives.
    static let images: [KnownFailure] = [
        KnownFailure(
            [
                ["exec format error"], ["does not match the detected host platform"],
                ["no match for platform in manifest"], ["no matching manifest for"],
                ["does not match the specified platform"],
            ],
            cause: "the image is for another processor architecture",
            cure: "use a node image for this machine's architecture"),
        KnownFailure(
            [
                ["invalid tar header"], ["unrecognized image format"], ["manifest.json", "no such file"],
                ["docker-import-", "no such file"],
            ],
            cause: "this engine does not read archives of that form",
            cure:
                "give kinkajou the archive itself (--image-archive), which converts it, or make it again with docker save",
            reference: "moby#49141"),
        KnownFailure(
            [["content digest", "not found"]],
            cause: "the archive lists layers of platforms that it does not hold",
            cure: "save the image for one platform: docker save --platform linux/amd64", check: "image-store",
            reference: "kind#3795"),
    ]

    /// What kind itself fails with.
    static let kind: [KnownFailure] = [
        KnownFailure(
            [["port is already allocated"], ["address already in use"]], from: [.kind],
            cause: "the API server's port is taken", cure: "choose another with --api-server-port",
            check: "ports"),
        KnownFailure(
            [["cannot assign requested address"]], from: [.kind],
            cause: "the API server's address is not one of this container",
            cure: "correct --api-server-address or API_SERVER_ADDRESS, or leave it out"),
        KnownFailure(
            [["pull access denied"], ["failed to pull image"], ["manifest unknown"], ["toomanyrequests"]],
            from: [.kind],
            cause: "the node image cannot be pulled",
            cure: "correct --image, or give an archive of it with --image-archive", check: "registry"),
        KnownFailure(
            [["node(s) already exist for a cluster with the name"]],
            cause: "there is a cluster of that name in this engine already",
            cure: "choose another --name, or empty the data root"),
        KnownFailure(
            [["could not find a log line that matches"]], from: [.kind],
            cause: "the node's init did not come up within kind's 30 s",
            cure: "give the container more CPU; the node's own last lines are above", check: "processors",
            reference: "kind#2972"),
        KnownFailure(
            [["too many open files"]], from: [.kind],
            cause: "no inotify instances, or no open files, are left",
            cure:
                "on the machine: sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288",
            check: "inotify"),
        KnownFailure(
            [["unable to apply caps"]], cause: "a capability that runc asks for is not granted",
            cure: "use kinkajou-oci as the runtime (a node image of ours has it), or grant every capability",
            check: "capabilities"),
    ]
}
