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
    }

    @Test func pidFile() throws {
        let log = lines(
            "failed to start daemon: pid file found, ensure docker is not running or delete /var/run/docker.pid"
        )
        #expect(
            DaemonLog.failureReason(lines: log)
                == "pid file found, ensure docker is not running or delete /var/run/docker.pid")
    }

    @Test func plainLastLine() throws {
        let log = lines("chmod /var/lib/docker: read-only file system")
        #expect(DaemonLog.failureReason(lines: log) == "chmod /var/lib/docker: read-only file system")
    }

    @Test func flagThatDoesNotExist() throws {
        let log = ["Status: unknown flag: --nosuchflag", "See 'dockerd --help'., Code: 125"]
        #expect(
            DaemonLog.failureReason(lines: log)
                == "unknown flag: --nosuchflag See 'dockerd --help'., Code: 125")
    }

    /// The reason is a riddle; containerd's warnings solve it.
    @Test func fullDisk() throws {
        let log = lines(
            #"""
            time="2026-11-22T09:30:00.184168573Z" level=warning msg="failed to load plugin io.containerd.metadata.v1.bolt" error="write /var/lib/docker/containerd/daemon/io.containerd.metadata.v1.bolt/meta.db: no space left on device"
            failed to start daemon: failed to dial "/var/run/docker/containerd/containerd.sock": unknown service containerd.services.namespaces.v1.Namespaces: not implemented
            """#)
        #expect(DaemonLog.failureReason(lines: log)?.hasSuffix("not implemented") == true)
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
    }

    @Test(arguments: [
        "time=", "level=", "{", #"time=" level=error msg="\"#, "\u{1B}", "\u{1B}[", "FATA[", "a=b c",
    ])
    func lineThatIsCutOff(line: String) {
        // Whatever it says, it does not crash, and a line of no known form is kept as it is.
        _ = DaemonLog.failureReason(lines: [line])
        _ = DaemonLog.tail(lines: [line], count: -1)
    }

    @Test func tail() {
        #expect(DaemonLog.tail(lines: ["a", "", "b", "c"], count: 2) == ["b", "c"])
        #expect(DaemonLog.tail(lines: ["a"], count: 5) == ["a"])
        #expect(DaemonLog.tail(lines: ["a"], count: 0) == [])
    }
}
