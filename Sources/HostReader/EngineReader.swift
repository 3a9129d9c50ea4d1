internal import Glibc
internal import HostFacts
internal import Linux

/// Finds the engine's programs, and what an earlier one left.
enum EngineReader {
    static func read(socket: String) async -> EngineFacts {
        let daemon = Programs.find("dockerd")
        var version: EngineVersion?
        if let daemon { version = EngineVersion(versionOutput: await Tool.run(daemon, ["--version"]).output) }
        let answers = isListening(socket)
        return EngineFacts(
            daemon: daemon, version: version,
            runtime: Programs.find("runc") ?? Programs.find("crun"),
            wrapper: wrapper(),
            fuseOverlay: Programs.find("fuse-overlayfs"),
            containerInit: Programs.find("kinkajou-init"),
            socketAnswers: answers,
            isOurs: answers && Files.exists("/run/kinkajou/dind/daemon.json"),
            staleFiles: answers ? [] : staleFiles(socket: socket)
        )
    }

    /// The wrapper beside this program, or on PATH.
    private static func wrapper() -> String? {
        let own = Files.resolved("/proc/self/exe") ?? ""
        let beside = own.lastIndex(of: "/").map { own[..<$0] + "/kinkajou-oci" }.map(String.init)
        if let beside, Files.isExecutable(beside) { return beside }
        return Programs.find("kinkajou-oci")
    }

    /// The files by which dockerd and containerd know that they run, where their processes do not.
    private static func staleFiles(socket: String) -> [String] {
        var stale: [String] = []
        let pidFiles = [
            ("/var/run/docker.pid", "dockerd"),
            ("/var/run/docker/containerd/containerd.pid", "containerd"),
        ]
        for (file, name) in pidFiles where Files.exists(file) {
            let pid = FactsReader.line(file)
            if FactsReader.line("/proc/\(pid)/comm") != name { stale.append(file) }
        }
        let sockets =
            [socket]
            + ["containerd.sock", "containerd-debug.sock"].map {
                "/var/run/docker/containerd/" + $0
            }
        stale += sockets.filter { Files.exists($0) && !isListening($0) }
        return stale
    }

    /// Whether a connection to the socket is taken.
    static func isListening(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            guard path.utf8.count < bytes.count else { return false }
            bytes.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { return false }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
