internal import Glibc
internal import Linux

/// Makes a file without a name of what cannot be read from anywhere: pipes, and packed archives.
struct Spool {
    let path: String
    let directory: String
    let limit: Int64

    /// The content of a pipe. The descriptor is closed when this works; so it is below.
    func copy(
        taking source: Int32, onSpooled: @Sendable (Int64) -> Void
    ) async throws -> Int32 {
        try await run("cat", [], input: source, onSpooled: onSpooled)
    }

    /// What was packed.
    func unpack(
        _ packing: Packing, taking source: Int32, onSpooled: @Sendable (Int64) -> Void
    ) async throws -> Int32 {
        lseek(source, 0, SEEK_SET)
        return try await run(packing.program, ["-dc"], input: source, onSpooled: onSpooled)
    }

    /// A directory with an OCI layout, as an archive. What else is in it is left out.
    func pack(
        directory path: String, taking source: Int32, onSpooled: @Sendable (Int64) -> Void
    ) async throws -> Int32 {
        let parts = ["oci-layout", "index.json", "blobs"]
        guard parts.allSatisfy({ Files.exists("\(path)/\($0)") }) else {
            throw ImageArchiveError(
                .notAnImage, path: path, problem: "it is a directory, and no OCI layout",
                cure: "give a directory with \(parts.joined(separator: ", ")) in it, or an archive")
        }
        return try await run(
            "tar", ["--create", "--dereference", "--file=-", "--directory=\(path)"] + parts, input: source,
            onSpooled: onSpooled)
    }

    private func run(
        _ program: String, _ arguments: [String], input: Int32, onSpooled: @Sendable (Int64) -> Void
    ) async throws -> Int32 {
        let output = try file()
        var keepsOutput = false
        defer { if !keepsOutput { close(output) } }
        let errors = try file()
        defer { close(errors) }
        var request = ChildRequest(
            executable: program, arguments: arguments, environment: Environment.all())
        request.streams = (input, output, errors)
        let child: ChildProcess
        do {
            child = try ChildProcess.start(request)
        } catch {
            throw ImageArchiveError(
                .cannotUnpack, path: path, problem: "it is packed, and \(error)",
                cure: "install \(program), or unpack the archive before")
        }
        // The program writes to the file by itself, so its size is all there is to be seen.
        var size: Int64 = 0
        var status = child.status
        while status == nil, size <= limit, !Task.isCancelled {
            status = await child.wait(atMost: .milliseconds(200))
            size = self.size(of: output)
            onSpooled(size)
        }
        if status == nil {
            child.signal(SIGKILL, group: true)
            _ = await Task.detached { await child.wait() }.value
        }
        try Task.checkCancellation()
        guard size <= limit else {
            throw ImageArchiveError(
                .tooLarge, path: path, problem: "it has more than \(limit >> 20) MiB when it is unpacked",
                cure: "unpack the archive yourself, if it is meant to be so large")
        }
        guard status == .exited(0) else {
            let reason = text(of: errors).split(whereSeparator: \.isNewline).last.map(String.init)
            throw ImageArchiveError(
                .cannotUnpack, path: path,
                problem: "\(program) cannot unpack it: \(reason ?? status.map { "\($0)" } ?? "it was ended")",
                cure:
                    "the file is damaged or incomplete, or \(directory) is full: copy it again, or set TMPDIR "
                    + "to a directory with space")
        }
        keepsOutput = true
        close(input)
        return output
    }

    /// A file without a name, which nobody else can open.
    private func file() throws(ImageArchiveError) -> Int32 {
        var template = Array("\(directory)/kinkajou-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw ImageArchiveError(
                .cannotUnpack, path: path,
                problem: "it has to be unpacked first, and \(directory) cannot be written to: "
                    + String(cString: strerror(errno)),
                cure: "set TMPDIR to a directory with space")
        }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    private func size(of descriptor: Int32) -> Int64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int64(status.st_size) : 0
    }

    private func text(of descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
