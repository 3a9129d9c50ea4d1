import Foundation
import TestSupport
import Testing

/// Others in the container's cgroup, while that is being emptied.
extension UnifiedCgroupTests {
    /// An exec probe is a process that somebody puts into the cgroup from outside. Of another PID namespace it cannot be
    /// moved from within; mostly it ends soon.
    @Test func whoComesIntoTheCgroupAndGoesIsWaitedFor() throws {
        let machine = try VirtualMachine.shared.get()
        let container = try machine.heldContainer()
        defer { container.remove() }
        // It stays for a second after the first processes were moved, and another comes by docker exec then.
        let result = try container.run(
            """
            sleep 1000 & stranger=$!
            echo $stranger >$cgroup/cgroup.procs
            touch $go
            until [ -d $cgroup/init ]; do sleep 0.1; done
            sleep 1
            kill $stranger 2>/dev/null || true
            docker exec $name true || true
            """)
        #expect(result.status == 0, "\(result)")
        #expect(result.output.contains("it runs"), "\(result)")
        #expect(!result.errors.contains("left behind"), "\(result)")
        container.remove()
        #expect(try machine.addedCgroups() == [])
    }

    @Test func whoStaysInTheCgroupIsNamed() throws {
        let machine = try VirtualMachine.shared.get()
        let container = try machine.heldContainer()
        defer { container.remove() }
        let result = try container.run(
            """
            sleep 1000 & stranger=$!
            echo $stranger >$cgroup/cgroup.procs
            touch $go
            docker wait $name >/dev/null
            kill $stranger 2>/dev/null || true
            """)
        #expect(result.status == 71, "\(result)")
        #expect(result.errors.contains("1 of its processes are of another PID namespace"), "\(result)")
        #expect(result.errors.contains("HTTP or TCP probes instead of exec probes"), "\(result)")
        #expect(!result.output.contains("it runs"), "\(result)")
        container.remove()
        #expect(try machine.addedCgroups() == [])
    }

    /// The own cgroup is the root of a threaded subtree: nothing below it can have processes and memory (cgroups(7)).
    @Test func limitsThatCannotBeHadAreAnErrorAndNotSilence() throws {
        let machine = try VirtualMachine.shared.get()
        let container = try machine.heldContainer()
        defer { container.remove() }
        let result = try container.run(
            """
            mkdir $cgroup/threads
            echo threaded >$cgroup/threads/cgroup.type
            touch $go
            docker wait $name >/dev/null
            rmdir $cgroup/threads 2>/dev/null || true
            """)
        #expect(result.status == 71, "\(result)")
        #expect(result.errors.contains("/sys/fs/cgroup"), "\(result)")
        #expect(result.errors.contains("Operation not supported"), "\(result)")
        // cpuset and cpu were on, before memory could not be.
        #expect(result.output.contains("handed on: []"), "\(result)")
        #expect(!result.output.contains("it runs"), "\(result)")
        container.remove()
        #expect(try machine.addedCgroups() == [])
    }
}

extension VirtualMachine {
    /// A container of the machine in which `kinkajou dind` waits until it may start.
    struct HeldContainer {
        let machine: VirtualMachine
        let name: String

        /// Runs a script of the machine, which knows the container as `$name`, its cgroup as `$cgroup` and the file that
        /// lets it go as `$go`; waits for the container's end, and returns what it said.
        func run(_ script: String) throws -> Command.Result {
            try machine.exec(
                """
                set -e
                name=\(name) go=/tmp/\(name)/go
                pid=$(docker inspect -f '{{.State.Pid}}' $name)
                cgroup=/sys/fs/cgroup$(cut -d: -f3 /proc/$pid/cgroup)
                \(script)
                """)
            let status = try machine.exec("timeout 280 docker wait \(name)")
            let logs = try machine.docker(["logs", name])
            return Command.Result(
                status: Int32(status.split(separator: "\n").first ?? "") ?? -1, output: logs.output,
                errors: logs.errors)
        }

        func remove() {
            _ = try? machine.exec("docker rm -fv \(name) >/dev/null 2>&1; rm -rf /tmp/\(name)")
        }
    }

    func heldContainer() throws -> HeldContainer {
        let name = "held-" + String(UInt32.random(in: .min ... .max), radix: 36)
        try exec(
            """
            mkdir /tmp/\(name)
            docker run -d --name \(name) --privileged --cgroupns=private -v /usr:/usr:ro -v /tmp/\(name):/go:ro \
                -v /lib/modules:/lib/modules:ro -v /var/lib/docker host:usr sh -c \
                'until [ -e /go/go ]; do sleep 0.2; done; kinkajou dind --ready-timeout 10m --grace 3m -- echo it runs
                status=$?; echo "handed on: [$(cat /sys/fs/cgroup/cgroup.subtree_control)]"; exit $status'
            """)
        return HeldContainer(machine: self, name: name)
    }
}
