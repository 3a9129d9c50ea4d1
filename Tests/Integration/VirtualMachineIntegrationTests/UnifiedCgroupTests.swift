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
        // But for lifetimes of addresses, which pass, and for the carrier of bridges, which goes a while after the last
        // container of an earlier test.
        let network =
            "ip -o link | sed 's/<[^>]*>//; s/state [A-Z]*//'; ip -o addr | sed 's/valid_lft.*//'; iptables-save | grep -v '^#' | sed 's/\\[[0-9:]*\\]//'"
        let before = try machine.exec(network)
        let result = try machine.runContainer(
            namespace: "private", flags: ["--network", "host"], script: "true")
        #expect(result.status == 69, "\(result)")
        #expect(result.errors.contains("another Docker engine runs in this network namespace"), "\(result)")
        #expect(try machine.exec(network) == before)
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
            ] + flags + [
                "host:usr", "/usr/local/bin/kinkajou", "dind",
                // Everything takes some twenty times as long as on a real machine.
                "--ready-timeout", "10m", "--grace", "3m", "--", "sh", "-c", script,
            ])
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
