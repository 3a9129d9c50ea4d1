import Doctor
import Testing

@Suite struct KnownFailureTests {
    @Test(
        arguments: [
            (
                #"cannot enter cgroupv2 "/sys/fs/cgroup/docker" with domain controllers -- it is in threaded mode"#,
                "containerd#6659"
            ),
            (
                "failed to start containerd: timeout waiting for containerd to start",
                "docker-library/docker#195"
            ),
            (
                "Binding to an IP address without --tlsverify is deprecated. Startup is intentionally being "
                    + "slowed down to show this message", "docker-library/docker#170"
            ),
            ("mount: permission denied (are you root?)", "moby#16931"),
            ("ulimit: error setting limit (Operation not permitted)", "sysbox#702"),
            (
                "open sysctl net.ipv4.ip_unprivileged_port_start file: unsafe procfs detected: openat2",
                "runc#4968"
            ),
            (
                "AppArmor enabled on system but the docker-default profile could not be loaded: running apparmor_parser",
                "moby#36952"
            ),
            (
                "unable to join session keyring: unable to create session key: disk quota exceeded",
                "kind#3806"
            ),
            ("fork/exec /usr/bin/runc: resource temporarily unavailable", "skypilot#3412"),
            ("overlay2: error creating overlay mount: invalid argument", "docker/for-linux#1400"),
            ("ip6tables v1.8.9 (legacy): can't initialize ip6tables table `nat'", "moby#47895"),
            (
                "iptables v1.8.9 (nf_tables): TABLE_ADD failed (No such file or directory): table nat",
                "docker-library/docker#350"
            ),
            ("mkdir: can't create directory '/sys/fs/cgroup/init': Permission denied", "moby#45378"),
            (
                "cannot restrict inter-container communication or run without the userland proxy: stat "
                    + "/proc/sys/net/bridge/bridge-nf-call-iptables: no such file or directory",
                "https://docs.docker.com/engine/network/packet-filtering-firewalls/"
            ),
        ])
    func whatDockerdSaysIsKnown(message: String, reference: String) throws {
        #expect(try #require(KnownFailure.of([message], from: [.dockerd])).reference == reference)
    }

    /// Recorded from kubelets, kubeadm, containerd and kind; those of versions that were not at hand are from reports.
    @Test(
        arguments: [
            (
                KnownFailure.Part.kubelet,
                "failed to run Kubelet: kubelet is configured to not run on a host using cgroup v1. cgroup v1 support is unsupported",
                "cgroup-version", "failCgroupV1: false"
            ),
            (
                .kubelet, "Failed to start cAdvisor inotify_init: too many open files", "inotify",
                "fs.inotify.max_user_instances"
            ),
            // Linux says ENOSPC where watches are used up.
            (
                .kubelet,
                "\"Failed to watch directory\" err=\"inotify_add_watch /sys/fs/cgroup/kubelet: no space left on device\"",
                "inotify", "fs.inotify.max_user_watches"
            ),
            (
                .kind, "Failed to create control group inotify object: Too many open files", "inotify",
                "fs.inotify.max_user_instances"
            ),
            (.kubelet, "failed to create fsnotify watcher: too many open files", "inotify", "sysctl"),
            (
                .kubelet,
                "\"Failed to start ContainerManager\" err=\"failed to initialize top level QOS containers: error validating root container [kubepods] : cgroup [\\\"kubepods\\\"] has some missing controllers: cpu, cpuset, hugetlb, memory, pids\"",
                "cgroup-controllers", "delegate"
            ),
            (
                .kubelet,
                "\"command failed\" err=\"failed to run Kubelet: invalid configuration: cgroup [\\\"kubelet\\\"] has some missing paths: /sys/fs/cgroup/pids/kubelet\"",
                "cgroup-controllers", "delegate"
            ),
            (
                .kubelet, "\"System OOM encountered\" process: etcd, pid: 812", "memory", "--memory"
            ),
            (
                .kubeadm, "[ERROR Mem]: the system RAM (957 MB) is less than the minimum 1700 MB", "memory",
                "--memory"
            ),
            (
                .kind, "Pod kube-system/coredns: The node had condition: [DiskPressure].", "disk-space",
                "/var/lib/docker"
            ),
            (
                .kind,
                "no matching manifest for linux/arm64/v8 in the manifest list entries", nil, "architecture"
            ),
            (
                .kind,
                "image with reference kindest/node was found but does not match the specified platform: wanted linux/arm64/v8, actual: linux/amd64",
                nil, "architecture"
            ),
            (.kubelet, "running with swap on is not supported, please disable swap!", "swap", "failSwapOn"),
            (
                .kubeadm, "[ERROR SystemVerification]: missing required cgroups: memory",
                "cgroup-controllers", "cgroup_enable"
            ),
            (
                .kubelet, "x509: certificate has expired or is not yet valid: current time is before",
                "clock", "chrony"
            ),
            (.kubelet, "write /var/lib/kubelet/x: no space left on device", "disk-space", "3 GB"),
            (
                .kubelet, "eviction manager: must evict pod(s) to reclaim ephemeral-storage", "disk-space",
                "/var/lib/docker"
            ),
            (.kind, "Memory cgroup out of memory: Killed process 12", "memory", "--memory"),
            (
                .containerd,
                "invalid plugin config: `mirrors` cannot be set when `config_path` is provided", nil,
                "--registry-mirror"
            ),
            (
                .containerd, "containerd: failed to load TOML: /etc/containerd/config.toml: (1, 2): x", nil,
                "containerdConfigPatches"
            ),
            (.kind, "exec /usr/local/bin/entrypoint: exec format error", nil, "architecture"),
            (.kind, "Bind for 0.0.0.0:30001 failed: port is already allocated", "ports", "--api-server-port"),
            (
                .kubeadm, "your configuration file uses an old API spec: \"kubeadm.k8s.io/v1beta3\"",
                "cluster-programs",
                "docs/compatibility.md"
            ),
            (
                .kubelet,
                "failed to set feature gates from initial flags-based config: unrecognized feature gate: X",
                nil, "featureGates"
            ),
            (
                .kubeadm,
                "json: cannot unmarshal object into Go struct field APIServer.apiServer.extraArgs of type []v1beta4.Arg",
                nil,
                "docs/cluster-config.md"
            ),
            (.kind, "invalid tar header", nil, "--image-archive"),
            // What Docker 20.10 says of an OCI layout.
            (
                .kind,
                "open /var/lib/docker/tmp/docker-import-1129096887/blobs/json: no such file or directory",
                nil,
                "--image-archive"
            ),
        ] as [(KnownFailure.Part, String, String?, String)])
    func whatANodeSaysIsKnown(part: KnownFailure.Part, message: String, check: String?, cure: String) throws {
        let known = try #require(KnownFailure.of([message], from: [part]))
        #expect(known.check == check)
        #expect(known.cure?.contains(cure) == true, "\(known.cure ?? "")")
    }

    /// The same words mean another thing from another part.
    @Test func whoSaysItMatters() {
        let message = "listen tcp 0.0.0.0:2375: bind: address already in use"
        #expect(KnownFailure.of([message], from: [.kind])?.check == "ports")
        #expect(
            KnownFailure.of([message], from: [.dockerd])?.cause
                == "another process has the daemon's socket or port")
        #expect(KnownFailure.of([message], from: [.kubelet]) == nil)
    }

    @Test func theMostTellingMessageIsAskedFirst() {
        let messages = ["port is already allocated", "no space left on device"]
        #expect(KnownFailure.of(messages, from: [.kind])?.check == "ports")
        #expect(KnownFailure.of(messages.reversed(), from: [.kind])?.check == "disk-space")
        #expect(KnownFailure.of(["something new"], from: Set(KnownFailure.Part.allCases)) == nil)
    }

    @Test func everyEntryIsCompleteAndCanBeFound() {
        for known in KnownFailure.all {
            #expect(!known.patterns.isEmpty && known.patterns.allSatisfy { !$0.isEmpty })
            for texts in known.patterns {
                #expect(texts.allSatisfy { $0 == $0.lowercased() }, "\(texts)")
                #expect(known.matches(texts.joined(separator: " x ").uppercased()))
            }
            // A symptom has those of its check.
            #expect((known.cause == nil) == (known.cure == nil))
            if let check = known.check {
                #expect(Check.named(check) != nil, "\(check)")
            } else {
                #expect(known.cause?.isEmpty == false)
            }
        }
    }
}
