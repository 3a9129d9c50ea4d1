import Glibc
import Testing

@testable import OCIRuntime

@Suite struct SpecFileTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func path(_ name: String) -> String {
        directory.path + "/" + name
    }

    private func write(_ text: [UInt8], to name: String) {
        let descriptor = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        defer { close(descriptor) }
        #expect(text.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == text.count)
    }

    private func file(_ name: String) -> SpecFile? {
        SpecFile(path: Array(path(name).utf8))
    }

    private func entries() -> Set<String> {
        var names: Set<String> = []
        guard let stream = opendir(directory.path) else { return names }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            names.insert(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names.subtracting([".", ".."])
    }

    @Test func replacesTheTextAndKeepsTheMode() throws {
        write(Array("old".utf8), to: "config.json")
        chmod(path("config.json"), 0o640)
        let file = try #require(self.file("config.json"))
        #expect(file.text == Array("old".utf8))
        try file.replace(with: Array("new text".utf8))
        #expect(self.file("config.json")?.text == Array("new text".utf8))
        var status = stat()
        #expect(stat(path("config.json"), &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o640)
        #expect(entries() == ["config.json"])
    }

    @Test func aSymbolicLinkStaysOne() throws {
        write(Array("old".utf8), to: "target")
        symlink("target", path("config.json"))
        try #require(file("config.json")).replace(with: Array("new".utf8))
        #expect(file("target")?.text == Array("new".utf8))
        var status = stat()
        #expect(lstat(path("config.json"), &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFLNK)
        #expect(entries() == ["config.json", "target"])
    }

    @Test func readersOfTheOldFileKeepIt() throws {
        write(Array("old".utf8), to: "config.json")
        let descriptor = open(path("config.json"), O_RDONLY)
        defer { close(descriptor) }
        try #require(file("config.json")).replace(with: Array("new".utf8))
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(read(descriptor, &buffer, 8) == 3)
        #expect(buffer.prefix(3) == Array("old".utf8)[...])
    }

    @Test func theSignalMaskIsTheSameAfterwards() throws {
        write([1], to: "config.json")
        var before = sigset_t()
        var after = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &before)
        try #require(file("config.json")).replace(with: [2])
        pthread_sigmask(SIG_BLOCK, nil, &after)
        for signal: Int32 in 1...64 { #expect(sigismember(&before, signal) == sigismember(&after, signal)) }
    }

    @Test func aNameThatIsTakenIsNotUsed() throws {
        write(Array("old".utf8), to: "config.json")
        let taken = ".kinkajou-oci-\(getpid())-0"
        write([1], to: taken)
        try #require(self.file("config.json")).replace(with: [2])
        #expect(file("config.json")?.text == [2])
        #expect(file(taken)?.text == [1])
        #expect(entries() == ["config.json", taken])
    }

    @Test func aFailureLeavesNothingBehind() throws {
        write(Array("old".utf8), to: "config.json")
        let file = try #require(self.file("config.json"))
        // The file has become a directory: rename fails, and the temporary file goes.
        unlink(path("config.json"))
        mkdir(path("config.json"), 0o700)
        #expect(throws: SpecFile.ReplaceError.self) { try file.replace(with: [1]) }
        #expect(entries() == ["config.json"])
    }

    @Test func looksOnlyAtPlainFiles() throws {
        #expect(file("missing") == nil)
        #expect(file("") == nil)
        #expect(SpecFile(path: []) == nil)
        // Opening it would take the place of the reader that the writer waits for.
        mkfifo(path("fifo"), 0o600)
        #expect(file("fifo") == nil)
        symlink("loop", path("loop"))
        #expect(file("loop") == nil)
        write([], to: "empty")
        #expect(file("empty") == nil)
        #expect(SpecFile(path: Array("/dev/zero".utf8)) == nil)
        #expect(SpecFile(path: Array("/proc/self/status".utf8)) == nil)
    }

    @Test func looksOnlyAtFilesOfASize() {
        write([UInt8](repeating: 0x20, count: 5), to: "config.json")
        truncate(path("config.json"), SpecFile.largest)
        #expect(file("config.json")?.text.count == SpecFile.largest)
        truncate(path("config.json"), SpecFile.largest + 1)
        #expect(file("config.json") == nil)
    }
}
