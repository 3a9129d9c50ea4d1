internal import HostFacts
internal import Linux

/// The engine's programs, and what an earlier one left.
extension FactsReader {
    func engine(socket: String) async -> EngineFacts {
        let daemon = find("dockerd")
        var version: EngineVersion?
        if let daemon { version = EngineVersion(versionOutput: await run(daemon, ["--version"], "").output) }
        let answers = calls.isListening(socket)
        return EngineFacts(
            daemon: daemon, version: version,
            runtime: find("runc") ?? find("crun"),
            wrapper: wrapper(),
            fuseOverlay: find("fuse-overlayfs"),
            containerInit: find("kinkajou-init"),
            socketAnswers: answers,
            socketIsDirectory: Files.isDirectory(root + socket),
            isOurs: answers && exists("/run/kinkajou/dind/daemon.json"),
            staleFiles: answers ? [] : staleFiles(socket: socket)
        )
    }

    /// The wrapper beside this program, or on PATH.
    private func wrapper() -> String? {
        Files.resolved(root + "/proc/self/exe").flatMap { Programs.beside($0, name: "kinkajou-oci") }
            ?? find("kinkajou-oci")
    }

    /// The files by which dockerd and containerd know that they run, where their processes do not.
    private func staleFiles(socket: String) -> [String] {
        var stale: [String] = []
        let pidFiles = [
            ("/var/run/docker.pid", "dockerd"),
            ("/var/run/docker/containerd/containerd.pid", "containerd"),
        ]
        for (file, name) in pidFiles where exists(file) {
            if line("/proc/\(line(file))/comm") != name { stale.append(file) }
        }
        let sockets =
            [socket]
            + ["containerd.sock", "containerd-debug.sock"].map {
                "/var/run/docker/containerd/" + $0
            }
        stale += sockets.filter { exists($0) && !Files.isDirectory(root + $0) && !calls.isListening($0) }
        return stale
    }
}
