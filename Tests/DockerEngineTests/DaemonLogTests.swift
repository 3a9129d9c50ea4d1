import DockerEngine
import Testing

/// Reasons found in logs, recorded from dockerd 20.10.24 unless it says otherwise.
@Suite struct DaemonLogTests {
    private static let preamble = #"""
        time="2026-11-22T09:29:57.488064347Z" level=info msg="Starting up"
        time="2026-11-22T09:29:57.509533472Z" level=info msg="libcontainerd: started new containerd process" pid=6593
        time="2026-11-22T09:29:57.990926047Z" level=info msg="skip loading plugin \"io.containerd.snapshotter.v1.aufs\"..." error="aufs is not supported (modprobe aufs failed: exit status 1): skip plugin" type=io.containerd.snapshotter.v1
        time="2026-11-22T09:29:57.991467535Z" level=warning msg="failed to load plugin io.containerd.snapshotter.v1.devmapper" error="devmapper not configured"

        """#

    private func lines(_ text: String) -> [String] {
        (Self.preamble + text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test func iptablesOverSeveralLines() throws {
        let log = lines(
            #"""
            time="2026-11-22T09:29:59.235491472Z" level=info msg="[core] Channel Connectivity change to TRANSIENT_FAILURE" module=grpc
            failed to start daemon: Error initializing network controller: error obtaining controller instance: failed to create NAT chain DOCKER: iptables failed: iptables -t nat -N DOCKER: iptables v1.8.9 (legacy): can't initialize iptables table `nat': Table does not exist (do you need to insmod?)
            Perhaps iptables or your kernel needs to be upgraded.
             (exit status 3)
            """#)
        let reason = try #require(DaemonLog.failureReason(lines: log))
        #expect(reason.hasPrefix("Error initializing network controller: "))
        #expect(reason.hasSuffix("Perhaps iptables or your kernel needs to be upgraded. (exit status 3)"))
        #expect(KnownDaemonFailure.of(lines: log)?.reference == "docker-library/docker#350")
    }

    @Test func pidFile() throws {
        let log = lines(
            "failed to start daemon: pid file found, ensure docker is not running or delete /var/run/docker.pid"
        )
        #expect(
            DaemonLog.failureReason(lines: log)
                == "pid file found, ensure docker is not running or delete /var/run/docker.pid")
        #expect(KnownDaemonFailure.of(lines: log)?.reference == "docker-library/docker#195")
    }

    @Test func plainLastLine() throws {
        let log = lines("chmod /var/lib/docker: read-only file system")
        #expect(DaemonLog.failureReason(lines: log) == "chmod /var/lib/docker: read-only file system")
        #expect(try #require(KnownDaemonFailure.of(lines: log)).cure.contains("--data-root"))
    }

    @Test func flagThatDoesNotExist() throws {
        let log = ["Status: unknown flag: --nosuchflag", "See 'dockerd --help'., Code: 125"]
        #expect(
            DaemonLog.failureReason(lines: log)
                == "unknown flag: --nosuchflag See 'dockerd --help'., Code: 125")
        #expect(try #require(KnownDaemonFailure.of(lines: log)).cause.contains("settings"))
    }

    /// The reason is a riddle; containerd's warnings solve it.
    @Test func fullDisk() throws {
        let log = lines(
            #"""
            time="2026-11-22T09:30:00.184168573Z" level=warning msg="failed to load plugin io.containerd.metadata.v1.bolt" error="write /var/lib/docker/containerd/daemon/io.containerd.metadata.v1.bolt/meta.db: no space left on device"
            failed to start daemon: failed to dial "/var/run/docker/containerd/containerd.sock": unknown service containerd.services.namespaces.v1.Namespaces: not implemented
            """#)
        #expect(DaemonLog.failureReason(lines: log)?.hasSuffix("not implemented") == true)
        #expect(KnownDaemonFailure.of(lines: log)?.reference == "helm/charts#9873")
    }

    @Test func errorBeforeTheReason() throws {
        let log = lines(
            #"""
            time="2026-11-22T09:29:55.976145441Z" level=error msg="Failed to GetDriver graph" driver=nosuch error="graphdriver plugins are only supported with experimental mode" home-dir=/var/lib/docker
            failed to start daemon: error initializing graphdriver: driver not supported
            """#)
        #expect(
            DaemonLog.failureReason(lines: log) == "error initializing graphdriver: driver not supported")
        #expect(
            DaemonLog.failureReason(lines: log.dropLast())
                == "Failed to GetDriver graph: graphdriver plugins are only supported with experimental mode")
    }

    @Test func fatalLineWithEscapes() {
        let log = lines(
            #"time="2024-01-01T00:00:00Z" level=fatal msg="cannot \"open\"\nit" error="no \\ such""#)
        #expect(DaemonLog.failureReason(lines: log) == #"cannot "open" it: no \ such"#)
    }

    /// With `--log-format json` (Docker 25).
    @Test func jsonLines() {
        let log = [
            #"{"level":"info","msg":"Starting up","time":"2024-01-01T00:00:00Z"}"#,
            #"{"error":"exit 1","level":"error","msg":"failed to load","time":"2024-01-01T00:00:00Z"}"#,
        ]
        #expect(DaemonLog.failureReason(lines: log) == "failed to load: exit 1")
    }

    /// As logrus writes to a terminal.
    @Test func colours() {
        let log = ["\u{1B}[36mINFO\u{1B}[0m[0000] Starting up", "\u{1B}[31mFATA\u{1B}[0m[0001] it broke"]
        #expect(DaemonLog.failureReason(lines: log) == "it broke")
        #expect(DaemonLog.tail(lines: log + ["", "  "], count: 1) == ["FATA[0001] it broke"])
    }

    @Test func crash() {
        let log = lines(
            """
            panic: runtime error: invalid memory address or nil pointer dereference
            [signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x0]

            goroutine 1 [running]:
            """)
        #expect(
            DaemonLog.failureReason(lines: log)
                == "panic: runtime error: invalid memory address or nil pointer dereference")
    }

    @Test func noReason() {
        #expect(DaemonLog.failureReason(lines: []) == nil)
        #expect(DaemonLog.failureReason(lines: ["", "   "]) == nil)
        #expect(DaemonLog.failureReason(lines: lines("")) == nil)
        #expect(KnownDaemonFailure.of(lines: lines("")) == nil)
    }

    @Test(arguments: [
        "time=", "level=", "{", #"time=" level=error msg="\"#, "\u{1B}", "\u{1B}[", "FATA[", "a=b c",
    ])
    func lineThatIsCutOff(line: String) {
        // Whatever it says, it does not crash, and a line of no known form is kept as it is.
        _ = DaemonLog.failureReason(lines: [line])
        _ = DaemonLog.tail(lines: [line], count: -1)
        _ = KnownDaemonFailure.of(lines: [line])
    }

    @Test func tail() {
        #expect(DaemonLog.tail(lines: ["a", "", "b", "c"], count: 2) == ["b", "c"])
        #expect(DaemonLog.tail(lines: ["a"], count: 5) == ["a"])
        #expect(DaemonLog.tail(lines: ["a"], count: 0) == [])
    }

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
    func knownFailures(message: String, reference: String) throws {
        #expect(try #require(KnownDaemonFailure.of(message: message)).reference == reference)
    }

    @Test func unknownFailure() {
        #expect(KnownDaemonFailure.of(message: "something new") == nil)
    }

    @Test func everyKnownFailureIsComplete() {
        for failure in KnownDaemonFailure.all {
            #expect(!failure.patterns.isEmpty && failure.patterns.allSatisfy { !$0.isEmpty })
            #expect(!failure.cause.isEmpty && !failure.cure.isEmpty && !failure.reference.isEmpty)
        }
    }
}
