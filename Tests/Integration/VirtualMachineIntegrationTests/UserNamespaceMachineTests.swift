import Foundation
import TestSupport
import Testing

extension UnifiedCgroupTests {
    /// A Pod with `hostUsers: false` is like a container of a dockerd with `--userns-remap`: all capabilities, in a user
    /// namespace, with a cgroup that the runtime has handed over, and parts of /proc covered.
    @Test func anEngineRunsInAUserNamespace() throws {
        let machine = try VirtualMachine.shared.get()
        let engine = try machine.remappedEngine()
        defer { engine.stop() }
        let script = """
            cat /proc/self/uid_map
            docker info -f 'engine {{.CgroupVersion}} {{.CgroupDriver}} {{.Driver}}'
            docker load -qi /busybox.tar
            docker run --rm busybox:local sh -c 'echo nested as $(id -u); ls /proc/1/comm'
            docker run -d --name sleeper --memory=20m busybox:local sleep 1000 >/dev/null
            pid=$(docker inspect -f '{{.State.Pid}}' sleeper)
            echo "below $(cut -d: -f3 /proc/self/cgroup) is $(cut -d: -f3 /proc/$pid/cgroup)"
            docker exec sleeper echo entered
            docker run --name hog --memory=40m busybox:local dd if=/dev/zero of=/dev/null bs=300M count=1
            echo "hog $?"
            docker network create made >/dev/null
            docker run --rm --network made busybox:local ip -o -4 addr show eth0
            docker run --rm --privileged busybox:local sh -c 'mkdir /sys/fs/cgroup/own && echo privileged too'
            kinkajou doctor --check user-namespace
            exit 7
            """
        let result = try engine.runContainer(["--security-opt", "seccomp=unconfined"], script: script)
        #expect(result.status == 7, "\(result)")
        for text in [
            "100000      65536", "engine 2 cgroupfs overlay2", "nested as 0", "below /init is /docker/",
            "entered",
            "hog 137", "inet 172.", "privileged too", "65536 users, with what an engine needs",
        ] {
            #expect(result.output.contains(text), "\(text) is not in: \(result)")
        }
        #expect(!result.errors.contains("left behind"), "\(result)")

        // What is missing is named before anything is changed, with the line of a manifest that gives it.
        let filtered = try engine.runContainer([], script: "true")
        #expect(filtered.status == 77, "\(filtered)")
        #expect(filtered.errors.contains("keyctl is refused by a seccomp filter"), "\(filtered)")
        #expect(filtered.errors.contains("seccompProfile: {type: Unconfined}"), "\(filtered)")
        let foreign = try engine.runContainer(
            ["--security-opt", "seccomp=unconfined", "--cgroupns=host"], script: "true")
        #expect(foreign.status == 77, "\(foreign)")
        #expect(foreign.errors.contains("the own cgroup is not this user namespace's"), "\(foreign)")
        #expect(foreign.errors.contains("cgroup_writable = true"), "\(foreign)")

        engine.stop()
        #expect(try machine.addedCgroups() == [])
    }
}

extension VirtualMachine {
    /// A second dockerd on the machine, whose containers are in a user namespace.
    struct RemappedEngine {
        let machine: VirtualMachine

        /// Runs `kinkajou dind -- sh -c SCRIPT` in a container of it with every capability.
        func runContainer(_ flags: [String], script: String) throws -> Command.Result {
            try machine.docker(
                ["-H", "unix:///run/remap/sock", "run", "--rm", "--network=none", "--cap-add=ALL"]
                    + ["--memory=300m", "--memory-swap=300m", "-v", "/usr:/usr:ro"]
                    + ["-v", "/tmp/busybox.tar:/busybox.tar:ro", "-v", "/var/lib/docker"] + flags
                    + [
                        "host:usr", "/usr/local/bin/kinkajou", "dind", "--ready-timeout", "10m", "--grace",
                        "3m",
                    ]
                    + ["--", "sh", "-c", script])
        }

        func stop() {
            _ = try? machine.exec("systemctl stop remap 2>/dev/null; rm -rf /var/lib/remap /run/remap")
        }
    }

    /// Starts one. Its containers have no network: its bridge would be the other engine's.
    func remappedEngine() throws -> RemappedEngine {
        try exec(
            """
            set -e
            grep -q '^dockremap:' /etc/passwd || useradd -r -M -s /usr/sbin/nologin dockremap
            for file in /etc/subuid /etc/subgid; do
                grep -q '^dockremap:' $file || echo dockremap:100000:65536 >>$file
            done
            chmod 0644 /tmp/busybox.tar
            mkdir -p /var/lib/remap
            systemd-run --quiet --unit=remap --property=Delegate=yes dockerd --userns-remap=default \
                --data-root=/var/lib/remap/data --exec-root=/run/remap/exec --pidfile=/run/remap/pid \
                --host=unix:///run/remap/sock --bridge=none --iptables=false --ip6tables=false
            timeout 240 sh -c 'until docker -H unix:///run/remap/sock info >/dev/null 2>&1; do sleep 0.5; done'
            docker save host:usr | docker -H unix:///run/remap/sock load -q
            """)
        return RemappedEngine(machine: self)
    }
}
