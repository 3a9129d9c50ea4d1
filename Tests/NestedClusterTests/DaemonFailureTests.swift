import Doctor
import EngineHost
import Testing

/// What dockerd's log says of a failure, recorded from dockerd 20.10.24.
@Suite struct DaemonFailureTests {
    private static let preamble = #"""
        time="2026-11-22T09:29:57.488064347Z" level=info msg="Starting up"
        time="2026-11-22T09:29:57.509533472Z" level=info msg="libcontainerd: started new containerd process" pid=6593
        time="2026-11-22T09:29:57.990926047Z" level=info msg="skip loading plugin \"io.containerd.snapshotter.v1.aufs\"..." error="aufs is not supported (modprobe aufs failed: exit status 1): skip plugin" type=io.containerd.snapshotter.v1
        time="2026-11-22T09:29:57.991467535Z" level=warning msg="failed to load plugin io.containerd.snapshotter.v1.devmapper" error="devmapper not configured"

        """#

    private func lines(_ text: String) -> [String] {
        (Self.preamble + text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test(
        arguments: [
            (
                "failed to start daemon: Error initializing network controller: failed to create NAT chain DOCKER: iptables failed: iptables -t nat -N DOCKER: iptables v1.8.9 (legacy): can't initialize iptables table `nat': Table does not exist",
                "iptables-nat"
            ),
            (
                "failed to start daemon: pid file found, ensure docker is not running or delete /var/run/docker.pid",
                "stale-state"
            ),
            ("chmod /var/lib/docker: read-only file system", "data-root"),
            (
                #"""
                time="2026-11-22T09:30:00.184168573Z" level=warning msg="failed to load plugin io.containerd.metadata.v1.bolt" error="write /var/lib/docker/containerd/daemon/io.containerd.metadata.v1.bolt/meta.db: no space left on device"
                panic: runtime error: invalid memory address or nil pointer dereference
                """#, "disk-space"
            ),
            // With --pids-limit 20: containerd has crashed, of which dockerd sees that it does not answer.
            (
                #"""
                runtime/cgo: pthread_create failed: Resource temporarily unavailable
                SIGABRT: abort
                time="2026-11-27T00:18:10.000994361Z" level=error msg="containerd did not exit successfully" error="exit status 2" module=libcontainerd
                failed to start containerd: timeout waiting for containerd to start
                """#, "pids"
            ),
        ])
    func theLogNamesTheCheck(text: String, check: String) {
        #expect(KnownFailure.ofDaemon(log: lines(text))?.check == check)
    }

    @Test(arguments: [
        "", "time=", "level=", "{", #"time=" level=error msg="\"#, "\u{1B}", "\u{1B}[", "FATA[", "a=b c",
    ])
    func whatSaysNothingIsNotKnown(line: String) {
        #expect(KnownFailure.ofDaemon(log: lines(line)) == nil)
    }
}
