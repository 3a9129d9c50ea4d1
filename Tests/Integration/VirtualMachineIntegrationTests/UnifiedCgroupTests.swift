import Foundation
import TestSupport
import Testing

/// `kinkajou dind` on a machine with cgroup version 2 alone: a virtual one, under plain emulation.
@Suite(.serialized, .needs(.binaries, .virtualMachine))
struct UnifiedCgroupTests {
    @Test func limitsHoldAndNothingIsLeftInBothNamespaces() throws {
        let machine = try VirtualMachine.shared.get()
        for namespace in ["private", "host"] {
            // As root of its namespace the container's cgroup is `/`; a privileged Pod has the host's.
            let script = """
                docker info -f 'engine {{.CgroupVersion}} {{.CgroupDriver}} {{.Driver}}'
                docker load -qi /busybox.tar
                docker run --rm busybox:local echo nested container
                echo files $(docker run --rm busybox:local sh -c 'ulimit -Sn; ulimit -Hn')
                docker run -d --name sleeper --memory=20m busybox:local sleep 1000 >/dev/null
                pid=$(docker inspect -f '{{.State.Pid}}' sleeper)
                echo "below $(cut -d: -f3 /proc/self/cgroup) is $(cut -d: -f3 /proc/$pid/cgroup)"
                docker run --name hog busybox:local dd if=/dev/zero of=/dev/null bs=600M count=1
                echo "hog $?"
                docker run --rm busybox:local echo alive
                exit 7
                """
            let result = try machine.runContainer(namespace: namespace, script: script)
            #expect(result.status == 7, "\(namespace): \(result)")
            #expect(result.output.contains("engine 2 cgroupfs overlay2"), "\(namespace): \(result)")
            #expect(result.output.contains("nested container"), "\(namespace): \(result)")
            // The machine's dockerd gives 2^30 to the container, as systemd sets it up.
            #expect(result.output.contains("files 65536 1048576"), "\(namespace): \(result)")
            #expect(result.output.contains("below /init is /docker/"), "\(namespace): \(result)")
            #expect(result.output.contains("hog 137"), "\(namespace): \(result)")
            #expect(result.output.contains("alive"), "\(namespace): \(result)")
            #expect(!result.errors.contains("left behind"), "\(namespace): \(result)")
            #expect(try machine.addedCgroups() == [], "\(namespace)")
        }
    }

    /// A machine's own network, with an engine of the machine in it.
    @Test func whatIsTheMachinesStays() throws {
        let machine = try VirtualMachine.shared.get()
        let before = try machine.network()
        let result = try machine.runContainer(
            namespace: "private", flags: ["--network", "host"], script: "true")
        #expect(result.status == 69, "\(result)")
        #expect(result.errors.contains("another Docker engine runs in this network namespace"), "\(result)")
        #expect(try machine.network() == before)
    }

    /// A machine without an engine of its own, such as one with containerd: in its network namespace an engine of ours
    /// starts, runs a container with a published port, and stops.
    @Test func aMachinesNetworkIsAsBeforeAfterAStartAndStop() throws {
        let machine = try VirtualMachine.shared.get()
        try machine.exec("systemctl stop docker.socket docker")
        defer { _ = try? machine.exec("systemctl start docker.socket docker") }
        // What the engine has left, and then what a network plug-in and a mesh have there.
        try machine.exec(
            """
            set -e
            for family in iptables ip6tables; do
                for table in filter nat raw; do
                    $family -t $table -F
                    $family -t $table -X
                done
                $family -P FORWARD ACCEPT
            done
            ip -o link show type bridge | cut -d: -f2 | xargs -r -n1 ip link delete
            ip link add cni0 type bridge
            ip addr add 10.244.9.1/24 dev cni0
            ip link set cni0 up
            ip link add veth77 type veth peer name peer77
            ip link set veth77 master cni0
            iptables -t nat -N ISTIO_OUTPUT
            iptables -t nat -A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN
            iptables -t nat -A OUTPUT -p tcp -j ISTIO_OUTPUT
            iptables -A FORWARD -i cni0 -j ACCEPT
            ip6tables -A FORWARD -i cni0 -j ACCEPT
            """)
        defer {
            _ = try? machine.exec(
                """
                ip link delete veth77; ip link delete cni0
                iptables -t nat -F; iptables -t nat -X; iptables -F FORWARD; ip6tables -F FORWARD
                """)
        }
        let before = try machine.network()
        let result = try machine.runByContainerd(
            """
            docker load -qi /busybox.tar
            docker network create extra >/dev/null
            docker run -d -p 8080:80 --network extra busybox:local sleep 1000 >/dev/null
            iptables-save -t nat | grep -c dport.*8080
            docker run --rm busybox:local echo hello
            exit 7
            """)
        #expect(result.status == 7, "\(result)")
        #expect(result.output.contains("\n1\nhello"), "\(result)")
        #expect(result.errors.contains("the network namespace of the machine itself"), "\(result)")
        #expect(!result.errors.contains("left behind"), "\(result)")
        #expect(try machine.network() == before)
        #expect(try machine.addedCgroups() == [])
    }

    /// A `docker` at the root of the machine's hierarchy is for an engine of the machine with the cgroupfs driver. No
    /// further cgroup can be made in it: using it would be a failure.
    @Test func theCgroupOfTheMachinesEngineIsNeitherSweptNorUsed() throws {
        let machine = try VirtualMachine.shared.get()
        try machine.exec(
            """
            set -e
            mkdir -p /sys/fs/cgroup/docker/somebody
            echo 1 >/sys/fs/cgroup/docker/cgroup.max.descendants
            sleep 1000 >/dev/null 2>&1 & echo $! | tee /tmp/somebody.pid >/sys/fs/cgroup/docker/somebody/cgroup.procs
            """)
        defer {
            _ = try? machine.exec(
                """
                kill $(cat /tmp/somebody.pid)
                until rmdir /sys/fs/cgroup/docker/somebody /sys/fs/cgroup/docker; do sleep 0.1; done
                """)
        }
        let state =
            "cd /sys/fs/cgroup/docker; stat -c '%n %i' . somebody; cat somebody/cgroup.procs cgroup.subtree_control"
        let before = try machine.exec(state)
        for flags in [[], ["-v", "/sys/fs/cgroup:/sys/fs/cgroup"]] {
            let result = try machine.runContainer(
                namespace: "host", flags: flags,
                script: "docker load -qi /busybox.tar; docker run --rm busybox:local echo hello; exit 7")
            #expect(result.status == 7, "\(flags): \(result)")
            #expect(result.output.contains("hello"), "\(flags): \(result)")
            #expect(!result.errors.contains("left behind"), "\(flags): \(result)")
            #expect(try machine.exec(state) == before, "\(flags)")
        }
    }
}

/// The machine of `scripts/vm`, with the binaries under test and an image that is the machine's own /usr.
///
/// All tests share one: it is resumed once, and ends with this process, whose machine it is.
final class VirtualMachine: Sendable {
    static let shared = Result { try VirtualMachine() }

    private static let script = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("scripts/vm").path

    private let name = "kj-" + String(UInt32.random(in: .min ... .max), radix: 36)

    private init() throws {
        try Command.require(
            Self.script, "start", "--owner", "\(getpid())", "--lifetime", "6000", name, seconds: 600)
        for binary in ["kinkajou", "kinkajou-init", "kinkajou-oci"] {
            try Command.require(
                Self.script, "copy", name, "\(BuiltBinary.path(binary)):/usr/local/bin/\(binary)",
                seconds: 300)
        }
        try exec(
            """
            set -e
            root=/tmp/rootfs
            mkdir -p $root/etc $root/tmp $root/var/lib/docker $root/var/log $root/run $root/proc $root/sys $root/dev \
                $root/root $root/usr
            for link in bin sbin lib lib64; do ln -s usr/$link $root/$link; done
            ln -s /run $root/var/run
            cp -a /etc/passwd /etc/group /etc/alternatives $root/etc/
            tar -C $root -c . | docker import - host:usr >/dev/null
            docker save -o /tmp/busybox.tar busybox:local
            """)
        try exec("find /sys/fs/cgroup -type d | sort >/tmp/cgroups-before")
    }

    /// Runs `kinkajou dind -- sh -c SCRIPT` in a privileged container of the machine.
    func runContainer(
        namespace: String, flags: [String] = [], script: String
    ) throws -> Command.Result {
        try docker(
            [
                "run", "--rm", "--privileged", "--cgroupns=\(namespace)", "--memory=300m",
                "--memory-swap=300m", "-v", "/usr:/usr:ro",
                "-v", "/tmp/busybox.tar:/busybox.tar:ro", "-v", "/lib/modules:/lib/modules:ro",
                "-v", "/var/lib/docker",
            ] + flags + ["host:usr"] + Self.engine(running: script))
    }

    /// Runs `kinkajou dind -- sh -c SCRIPT` in a privileged container of the machine's containerd, in the machine's own
    /// network namespace.
    func runByContainerd(_ script: String) throws -> Command.Result {
        let data = "/tmp/host-network"
        try exec("mkdir -p \(data)")
        // containerd leaves the cgroup of its namespace.
        defer { _ = try? exec("rm -rf \(data); rmdir /sys/fs/cgroup/default") }
        let mounts = ["/usr", "/tmp/busybox.tar:/busybox.tar", "/lib/modules"].flatMap { mount in
            let paths = mount.split(separator: ":")
            return ["--mount", "type=bind,src=\(paths[0]),dst=\(paths.last ?? ""),options=rbind:ro"]
        }
        return try Command.run(
            [
                Self.script, "exec", "--timeout", "900", name, "--", "ctr", "run", "--rm", "--privileged",
                "--net-host",
            ]
                + mounts + [
                    "--mount", "type=cgroup,src=cgroup,dst=/sys/fs/cgroup,options=rw:nosuid:noexec:nodev",
                ]
                + ["--mount", "type=bind,src=\(data),dst=/var/lib/docker,options=rbind:rw"]
                + [
                    "--env", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "--rootfs", "/tmp/rootfs",
                    "host-network",
                ]
                + Self.engine(running: script),
            seconds: 960)
    }

    /// Links, addresses and rules of the machine's network namespace; but for what passes by itself: lifetimes of addresses,
    /// their being looked for elsewhere, and the carrier of bridges, which goes a while after an earlier test's container.
    func network() throws -> String {
        try exec(
            """
            ip -o link | sed 's/<[^>]*>//; s/state [A-Z]*//'
            ip -o addr | sed 's/ tentative//; s/valid_lft.*//'
            for family in iptables ip6tables; do
                $family-save | grep -v '^#' | sed 's/\\[[0-9:]*\\]//'
            done
            cat /proc/sys/net/ipv4/ip_forward
            """)
    }

    /// The command line of the engine that runs a script.
    private static func engine(running script: String) -> [String] {
        // Everything takes some twenty times as long as on a real machine.
        [
            "/usr/local/bin/kinkajou", "dind", "--ready-timeout", "10m", "--grace", "3m", "--", "sh", "-c",
            script,
        ]
    }

    /// Runs docker on the machine.
    func docker(_ words: [String]) throws -> Command.Result {
        try Command.run(
            [Self.script, "exec", "--timeout", "900", name, "--", "docker"] + words, seconds: 960)
    }

    /// The machine's cgroups that were not there before.
    func addedCgroups() throws -> [String] {
        let added = try exec("find /sys/fs/cgroup -type d | sort | comm -13 /tmp/cgroups-before -")
        return added.split(separator: "\n").map(String.init)
    }

    /// Runs a shell script on the machine.
    @discardableResult
    func exec(_ script: String) throws -> String {
        try Command.require(
            Self.script, "exec", "--timeout", "300", name, "--", "sh", "-c", script, seconds: 360)
    }
}
