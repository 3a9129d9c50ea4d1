import Foundation
import TestSupport
import Testing

/// What works inside, in each way that a container can be given its cgroups.
@Suite(.serialized, .needs(.podImage))
struct NestedContainerTests {
    /// A way of running the outer container.
    struct Layout: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var flags: [String]
    }

    static let layouts = [
        Layout(testDescription: "the runtime's own cgroup mounts", flags: []),
        Layout(
            testDescription: "the host's cgroups bind-mounted",
            flags: ["-v", "/sys/fs/cgroup:/sys/fs/cgroup"]),
        Layout(testDescription: "a cgroup namespace", flags: ["--cgroupns=private"]),
    ]

    @Test(arguments: layouts)
    func nestedContainersRunBelowTheOuterOne(layout: Layout) throws {
        let before = HostSnapshot.take()
        let container = try PodContainer.serving(["--privileged", "--memory=512m"] + layout.flags)
        defer { container.remove() }
        let image = NestedImage.name

        #expect(try container.require("docker", "run", "--rm", image, "echo", "hello") == "hello")
        #expect(try container.exec("docker", "run", "--rm", image, "sh", "-c", "exit 7").status == 7)
        #expect(
            try container.require(
                "docker", "run", "--rm", "--privileged", image, "sh", "-c", "mount -t tmpfs x /tmp && echo ok"
            ) == "ok")

        // Its cgroups lie below the outer container's, in every hierarchy that limits anything.
        let outer = try container.identifier()
        let inner = try container.require("docker", "run", "-d", "--memory=64m", image, "sleep", "1000")
        for controller in ["memory", "pids", "cpu"] {
            let found = try Command.require(
                "sh", "-c", "find /sys/fs/cgroup/\(controller)/ -type d -name '\(inner)' 2>/dev/null || true")
            let paths = found.split(separator: "\n")
            #expect(!paths.isEmpty, "no \(controller) cgroup of the nested container")
            for path in paths { #expect(path.contains(outer), "\(path) is not below \(outer)") }
        }
        #expect(
            try container.require("docker", "inspect", "-f", "{{.State.Running}}", inner) == "true")

        try container.kill("TERM")
        #expect(try container.wait() == 143)
        #expect(!container.errors.contains("left behind"), "\(container.errors)")
        try expectNothingLeft(since: before)
    }

    @Test(arguments: layouts)
    func theOuterLimitsHoldForNestedContainers(layout: Layout) throws {
        let container = try PodContainer.serving(
            ["--privileged", "--memory=384m", "--memory-swap=384m", "--cpus=0.5"] + layout.flags)
        defer { container.remove() }
        // A nested container without a limit of its own that takes more than the outer one has.
        let hog = try container.exec(
            "docker", "run", "--name", "hog", NestedImage.name, "sh", "-c",
            "dd if=/dev/zero of=/dev/null bs=900M count=1", seconds: 180)
        #expect(hog.status == 137, "\(hog)")
        // It was killed; the outer container and its engine live on.
        #expect(try container.require("docker", "run", "--rm", NestedImage.name, "echo", "alive") == "alive")
        // CPU: half of one, whatever the nested container asks for.
        let quota = try container.require(
            "sh", "-c",
            "cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null || cat /sys/fs/cgroup/cpu.max 2>/dev/null")
        #expect(!quota.isEmpty)
        let identifier = try container.identifier()
        let outside = try Command.require(
            "sh", "-c", "cat /sys/fs/cgroup/cpu/docker/\(identifier)/cpu.cfs_quota_us")
        #expect(outside.trimmingCharacters(in: .whitespacesAndNewlines) == "50000")
    }

    @Test func nestedContainersReachTheNetworkThroughNAT() throws {
        let container = try PodContainer.serving()
        defer { container.remove() }
        // A listener outside of the outer container, on the outer bridge's own address.
        let gateway = try container.require("sh", "-c", "ip route show default | cut -d' ' -f3")
        let listener = try Listener(address: gateway)
        defer { listener.stop() }
        // nc, as the static wget wants the C library's shared name service modules.
        let answer = try container.require(
            "docker", "run", "--rm", NestedImage.name, "sh", "-c",
            "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 20 \(gateway) \(listener.port)")
        let reply = answer.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
        // What arrives has the outer container's address: it was masqueraded.
        let address = try Command.require(
            "docker", "inspect", "-f", "{{.NetworkSettings.IPAddress}}", container.name
        ).trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(reply == address)
    }

    /// A container of both families: its nested ones reach out by IPv6 too, with its own address.
    @Test func nestedContainersReachOutByIPv6() throws {
        let network = "kj-ipv6-" + String(UInt32.random(in: .min ... .max), radix: 36)
        try Command.require(
            "docker", "network", "create", "--ipv6", "--subnet", "fd00:6b69:6e6b::/64", network)
        defer { _ = try? Command.run(["docker", "network", "rm", network]) }
        let container = try PodContainer.serving(["--privileged", "--network", network])
        defer { container.remove() }
        // The outer bridge's own address.
        try container.require(
            "docker", "run", "--rm", NestedImage.name, "ping", "-6", "-c", "1", "-W", "10",
            "fd00:6b69:6e6b::1")
    }

    @Test func anImageIsBuiltInside() throws {
        let container = try PodContainer.serving()
        defer { container.remove() }
        let built = try container.exec(
            "sh", "-c",
            "printf 'FROM \(NestedImage.name)\\nRUN echo built > /made\\nCMD [\"cat\", \"/made\"]\\n' >/tmp/Dockerfile"
                + " && DOCKER_BUILDKIT=0 docker build -q -t made -f /tmp/Dockerfile /tmp >/dev/null"
                + " && docker run --rm made")
        #expect(built.status == 0, "\(built)")
        #expect(built.output == "built\n")
    }

    @Test func aPublishedPortIsReachedFromOutside() throws {
        let container = try PodContainer.serving()
        defer { container.remove() }
        try container.require(
            "docker", "run", "-d", "-p", "8080:80", NestedImage.name, "sh", "-c",
            "mkdir /www && echo nested > /www/index.html && httpd -f -p 80 -h /www")
        let address = try Command.require(
            "docker", "inspect", "-f", "{{.NetworkSettings.IPAddress}}", container.name
        ).trimmingCharacters(in: .whitespacesAndNewlines)
        var reply = ""
        try Wait.until("the nested server to answer") {
            reply = try Command.run(["curl", "-s", "--max-time", "5", "http://\(address):8080/"]).output
            return !reply.isEmpty
        }
        #expect(reply == "nested\n")
    }

    @Test(arguments: ["legacy", "nft"])
    func theBackendThatIsAskedForGetsTheRules(backend: String) throws {
        let other = backend == "legacy" ? "nft" : "legacy"
        // The image's own choice is the other one.
        let container = try PodContainer(
            ["--privileged", "--entrypoint", "sh"],
            [
                "-c",
                "update-alternatives --set iptables /usr/sbin/iptables-\(other) >/dev/null"
                    + " && exec kinkajou dind --iptables-backend \(backend)",
            ])
        defer { container.remove() }
        try container.waitUntilReady()
        #expect(
            try container.require("sh", "-c", "iptables-\(backend)-save -t nat | grep -c MASQUERADE") != "0")
        #expect(
            try container.require(
                "sh", "-c", "iptables-\(other)-save -t nat 2>/dev/null | grep -c MASQUERADE; true") == "0")
    }

    @Test func theMTUFollowsTheInterface() throws {
        let network = "kj-mtu-" + String(UInt32.random(in: .min ... .max), radix: 36)
        try Command.require(
            "docker", "network", "create", "-o", "com.docker.network.driver.mtu=1280", network)
        defer { _ = try? Command.run(["docker", "network", "rm", network]) }
        let container = try PodContainer.serving(["--privileged", "--network", network])
        defer { container.remove() }
        let inside = { (network: String) in
            try container.require(
                "docker", "run", "--rm", "--network", network, NestedImage.name, "cat",
                "/sys/class/net/eth0/mtu")
        }
        #expect(try inside("bridge") == "1280")
        try container.require("docker", "network", "create", "made-later")
        #expect(try inside("made-later") == "1280")
    }

    @Test func theTLSPortTakesOnlyClientsWithACertificate() throws {
        let container = try PodContainer(["--privileged", "-e", "DOCKER_TLS_CERTDIR=/certs"])
        defer { container.remove() }
        try container.waitUntilReady()
        let client = ["docker", "-H", "tcp://localhost:2376", "version", "-f", "{{.Server.Version}}"]
        let trusted = try Command.run(
            [
                "docker", "exec", "-e", "DOCKER_TLS_VERIFY=1", "-e", "DOCKER_CERT_PATH=/certs/client",
                container.name,
            ] + client)
        #expect(trusted.status == 0, "\(trusted)")
        let stranger = try Command.run(["docker", "exec", container.name] + client)
        #expect(stranger.status != 0, "\(stranger)")
        #expect(try container.require("stat", "-c", "%a", "/certs/server/key.pem") == "600")
        // No plain TCP anywhere.
        #expect(try container.exec("docker", "-H", "tcp://localhost:2375", "version").status != 0)
    }

    @Test func theBridgeAvoidsTheOuterNetwork() throws {
        let container = try PodContainer.serving()
        defer { container.remove() }
        let outer = try Command.require(
            "docker", "network", "inspect", "bridge", "-f", "{{(index .IPAM.Config 0).Subnet}}")
        let inner = try container.require(
            "docker", "network", "inspect", "bridge", "-f", "{{(index .IPAM.Config 0).Subnet}}")
        // The outer bridge is the usual 172.17.0.0/16.
        #expect(
            !inner.hasPrefix(outer.split(separator: ".").prefix(2).joined(separator: ".")),
            "\(inner) in \(outer)")
    }
}

/// An HTTP server on this machine that answers with its client's address.
final class Listener {
    let port: Int
    private let process: ChildProcess

    init(address: String) throws {
        let program = """
            import http.server, sys
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    body = self.client_address[0].encode()
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                def log_message(self, *arguments): pass
            server = http.server.HTTPServer((sys.argv[1], 0), Handler)
            print("port", server.server_address[1], "end", flush=True)
            server.serve_forever()
            """
        process = try ChildProcess(ChildProcess.Setup("python3", ["-c", program, address]))
        try process.waitForOutput("end")
        port = Int(process.output.split(separator: " ")[1]) ?? 0
    }

    func stop() { process.end() }
}

/// Nothing may be left on this machine.
func expectNothingLeft(since before: HostSnapshot) throws {
    #expect(HostSnapshot.left(since: before, after: 20) == [])
}
