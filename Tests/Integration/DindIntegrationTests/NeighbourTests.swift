import Foundation
import TestSupport
import Testing

/// A network namespace, or a machine's hierarchy of cgroups, that others use too: what is theirs stays, to the byte.
@Suite(.serialized, .needs(.podImage))
struct NeighbourTests {
    /// Links, addresses and rules of a container's network namespace. Counters and times differ without meaning
    /// anything, and so do an interface's remaining lifetimes.
    private static let network = """
        ip -o link; ip -o addr; for c in iptables ip6tables; do for b in nft legacy; do \
        [ $b = nft ] || [ -s /proc/net/ip_tables_names ] || continue; \
        $c-$b-save 2>/dev/null | grep -v '^#' | sed 's/\\[[0-9:]*\\]//'; done; done; cat /proc/sys/net/ipv4/ip_forward
        """

    private func network(of container: PodContainer) throws -> String {
        try container.require("sh", "-c", Self.network)
    }

    /// A container that serves, with a nested one that has a published port.
    private func neighbour() throws -> PodContainer {
        let container = try PodContainer.serving()
        try container.require(
            "docker", "run", "-d", "-p", "8080:80", NestedImage.name, "sh", "-c",
            "mkdir /www && echo neighbour > /www/index.html && httpd -f -p 80 -h /www")
        return container
    }

    private func expectAnswer(of container: PodContainer) throws {
        let address = try Command.require(
            "docker", "inspect", "-f", "{{.NetworkSettings.IPAddress}}", container.name
        ).trimmingCharacters(in: .whitespacesAndNewlines)
        try Wait.until("the neighbour's port to answer") {
            try Command.run(["curl", "-s", "--max-time", "5", "http://\(address):8080/"]).output
                == "neighbour\n"
        }
    }

    @Test func besideAnotherEngineItIsRefusedAndTouchesNothing() throws {
        let neighbour = try neighbour()
        defer { neighbour.remove() }
        try expectAnswer(of: neighbour)
        let before = try network(of: neighbour)
        let result = try PodContainer.run(
            ["--privileged", "--network", "container:\(neighbour.name)"], ["-q", "--", "true"])
        #expect(result.status == 69, "\(result)")
        #expect(result.errors.contains("another Docker engine runs in this network namespace"), "\(result)")
        #expect(result.errors.contains("kinkajou doctor --check shared-network"), "\(result)")
        #expect(try network(of: neighbour) == before)
        try expectAnswer(of: neighbour)
    }

    /// Without rules of its own an engine can be there, with a bridge of its own.
    @Test func withoutRulesItLivesBesideAnotherEngine() throws {
        let neighbour = try neighbour()
        defer { neighbour.remove() }
        let before = try network(of: neighbour)
        let result = try PodContainer.run(
            [
                "--privileged", "--network", "container:\(neighbour.name)", "-e",
                "DOCKER_ARGS=--iptables=false",
            ],
            [
                "-q", "--", "sh", "-c",
                "docker load -qi /images/busybox.tar && docker network create extra && ls -d /sys/class/net/kinkajou0"
                    + " && docker run --rm \(NestedImage.name) echo hello",
            ])
        #expect(result.status == 0, "\(result)")
        #expect(result.output.contains("/sys/class/net/kinkajou0\nhello\n"), "\(result)")
        #expect(!result.errors.contains("left behind"), "\(result)")
        #expect(try network(of: neighbour) == before)
        try expectAnswer(of: neighbour)
    }

    /// A mesh, a VPN, and a network plug-in come while the engine runs.
    @Test func whatOthersMakeMeanwhileStays() throws {
        let others = """
            set -e
            iptables -t nat -N ISTIO_OUTPUT
            iptables -t nat -A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN
            iptables -t nat -A OUTPUT -p tcp -j ISTIO_OUTPUT
            iptables -A FORWARD -i docker0 -o wg0 -j ACCEPT
            iptables -t nat -A POSTROUTING -s 10.9.0.1/32 -d 10.9.0.1/32 -j MASQUERADE
            iptables -P INPUT DROP
            ip link add cni0 type bridge
            ip link add veth77 type veth peer name peer77
            ip link set veth77 master cni0
            """
        let state = """
            ls /sys/class/net; iptables-nft-save | grep -v '^#' | sed 's/\\[[0-9:]*\\]//'
            """
        // Once by themselves, once beside an engine: what is left is the same.
        let alone = try PodContainer.run(
            ["--privileged", "--entrypoint", "sh", "-e", "PATH=/opt/nft:/usr/sbin:/usr/bin:/sbin:/bin"],
            [
                "-c",
                "mkdir /opt/nft; ln -s /usr/sbin/iptables-nft /opt/nft/iptables; \(others)\n\(state)",
            ])
        let beside = try PodContainer.run(
            ["--privileged", "--entrypoint", "sh"],
            [
                "-c",
                """
                cat >/others <<'END'
                \(others)
                END
                kinkajou dind -q --iptables-backend nft -- sh -c 'docker load -qi /images/busybox.tar >/dev/null \
                    && docker network create extra >/dev/null \
                    && docker run -d -p 81:81 --network extra \(NestedImage.name) sleep 1000 >/dev/null && sh /others'
                \(state)
                """,
            ])
        #expect(alone.status == 0 && beside.status == 0, "\(alone) \(beside)")
        #expect(alone.output.contains("ISTIO_OUTPUT") && alone.output.contains("INPUT DROP"), "\(alone)")
        // Tables that the engine made are there, and empty.
        let engine = beside.output.split(separator: "\n").filter {
            $0.contains("DOCKER") || $0.contains("br-") || $0.hasSuffix("docker0") && !$0.contains("-o wg0")
        }
        #expect(engine.isEmpty, "\(beside)")
        for line in alone.output.split(separator: "\n") where !line.hasPrefix(":") && line.first != "*" {
            #expect(beside.output.contains(line), "\(line) is gone: \(beside)")
        }
        #expect(beside.output.contains(":INPUT DROP"), "\(beside)")
        #expect(beside.output.contains(":FORWARD ACCEPT"), "\(beside)")
    }

    /// Rules that could not be read before are not "no rules" after.
    @Test func withRulesThatCannotBeReadNoneIsRemoved() throws {
        let result = try PodContainer.run(
            ["--privileged", "--entrypoint", "sh"],
            [
                "-c",
                """
                iptables-nft -t nat -A PREROUTING -i docker0 -j RETURN
                mv /usr/sbin/iptables-nft-save /usr/sbin/real
                printf '#!/bin/sh\\nexit 4\\n' >/usr/sbin/iptables-nft-save; chmod +x /usr/sbin/iptables-nft-save
                kinkajou dind -q --iptables-backend nft -- true
                echo "status $?"
                ln -sf xtables-nft-multi /usr/sbin/iptables-nft-save
                iptables-nft-save -t nat
                """,
            ])
        #expect(result.output.contains("status 0"), "\(result)")
        #expect(result.output.contains("-A PREROUTING -i docker0 -j RETURN"), "\(result)")
        #expect(result.errors.contains("those before the start are not known"), "\(result)")
    }

    /// The host has the hierarchy name=systemd and the container does not: its root, when it is mounted anew, is
    /// everybody's.
    @Test func theSystemdHierarchyIsNotSharedWithOtherContainers() throws {
        let before = HostSnapshot.take()
        let neighbour = try PodContainer.serving()
        defer { neighbour.remove() }
        let container = try PodContainer(
            ["--privileged", "--entrypoint", "sh"],
            ["-c", "umount /sys/fs/cgroup/systemd && exec kinkajou dind"])
        defer { container.remove() }
        try container.waitUntilReady()
        try container.require("docker", "load", "-qi", "/images/busybox.tar")
        let inner = try container.require("docker", "run", "-d", NestedImage.name, "sleep", "1000")
        let pid = try container.require("docker", "inspect", "-f", "{{.State.Pid}}", inner)
        let path = try container.require("sh", "-c", "sed -n 's/.*name=systemd://p' /proc/\(pid)/cgroup")
        #expect(path == "/docker/\(try container.identifier())/docker/\(inner)")
        // Of others there is nothing to be seen.
        let visible = try container.require("sh", "-c", "find /sys/fs/cgroup/systemd -type d")
        #expect(!visible.contains(try neighbour.identifier()), "\(visible)")
        try container.kill("TERM")
        #expect(try container.wait() == 143, "\(container.errors)")
        #expect(!container.errors.contains("left behind"), "\(container.errors)")
        #expect(try neighbour.exec("docker", "version").status == 0)
        neighbour.remove()
        try expectNothingLeft(since: before)
    }
}
