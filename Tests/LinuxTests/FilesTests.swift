import Foundation
import Glibc
import Linux
import Testing

struct FilesTests {
    /// The reason is that of the directory that could not be made, not of a look at it afterwards.
    @Test func aDirectoryThatCannotBeMadeHasItsOwnReason() throws {
        let error = #expect(throws: SystemError.self) { try Files.makeDirectories("/proc/kinkajou/below") }
        #expect(error?.call == "mkdir")
        #expect(error?.subject == "/proc/kinkajou")
        // proc is a file system in which nobody can make anything.
        #expect(error?.errorNumber == ENOENT)
        let scratch = try ScratchDirectory()
        try Files.link("/nowhere/at/all", at: scratch.path + "/link")
        let dangling = #expect(throws: SystemError.self) {
            try Files.makeDirectories(scratch.path + "/link/below")
        }
        #expect(dangling?.errorNumber == EEXIST, "\(String(describing: dangling))")
    }

    @Test func onlyWhatWasNotThereIsNamed() throws {
        let scratch = try ScratchDirectory()
        #expect(try Files.makeDirectories(scratch.path) == [])
        let made = try Files.makeDirectories(scratch.path + "/a/b", mode: 0o700)
        #expect(made == [scratch.path + "/a", scratch.path + "/a/b"])
        #expect(FileStatus(scratch.path + "/a/b")?.mode == 0o700)
        #expect(Files.directories(in: scratch.path) == ["a"])
    }

    /// What a user named for output may be a device or a link, or be open elsewhere.
    @Test func whatIsOverwrittenStaysTheSameFile() throws {
        let scratch = try ScratchDirectory()
        let (path, link) = (scratch.path + "/file", scratch.path + "/link")
        try Files.overwrite(path, with: "a longer text", mode: 0o640)
        #expect(FileStatus(path)?.mode == 0o640)
        func number() throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
        }
        let before = try number()
        try Files.link(path, at: link)
        try Files.overwrite(link, with: "short", mode: 0o600)
        #expect(try Files.read(path) == "short")
        #expect(try before != nil && number() == before)
        #expect(FileStatus(path)?.mode == 0o640)
        #expect(Files.names(in: scratch.path).sorted() == ["file", "link"])
        try Files.overwrite("/dev/null", with: "gone", mode: 0o644)
        #expect(try Files.read("/dev/null") == "")
    }

    @Test func aFileIsReplacedAsAWhole() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path + "/file"
        try Files.replace(path, with: "one", mode: 0o600)
        try Files.replace(path, with: "two", mode: 0o640)
        #expect(try Files.read(path) == "two")
        #expect(FileStatus(path)?.mode == 0o640)
        #expect(Files.names(in: scratch.path) == ["file"], "nothing is left of the way there")
        #expect(throws: SystemError("open", scratch.path + "/none/file.new", ENOENT)) {
            try Files.replace(scratch.path + "/none/file", with: "", mode: 0o600)
        }
    }

    @Test func whatIsNotThereIsRemovedAlready() throws {
        let scratch = try ScratchDirectory()
        try Files.remove(scratch.path + "/none")
        try Files.removeDirectory(scratch.path + "/none")
        try Files.makeDirectories(scratch.path + "/full/directory")
        #expect(throws: SystemError("rmdir", scratch.path + "/full", ENOTEMPTY)) {
            try Files.removeDirectory(scratch.path + "/full")
        }
    }

    @Test func linksLeadSomewhereOrNowhere() throws {
        let scratch = try ScratchDirectory()
        try Files.link("/etc", at: scratch.path + "/link")
        try Files.link("/", at: scratch.path + "/link")
        #expect(Files.resolved(scratch.path + "/link") == "/")
        #expect(Files.resolved(scratch.path + "/none") == nil)
        #expect(Files.directories(in: scratch.path).isEmpty, "links are not followed")
    }
}

struct ProgramsTests {
    private func program(_ path: String, mode: mode_t) throws {
        let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        try Files.makeDirectories(directory)
        try Files.replace(path, with: "", mode: mode)
    }

    @Test func theFirstOneThatCanBeExecutedIsFound() throws {
        let scratch = try ScratchDirectory()
        try program(scratch.path + "/a/tool", mode: 0o644)
        try program(scratch.path + "/b/tool", mode: 0o755)
        try program(scratch.path + "/c/tool", mode: 0o755)
        try Files.makeDirectories(scratch.path + "/a/other")
        let path = ["a", "b", "c"].map { scratch.path + "/" + $0 }.joined(separator: ":")
        #expect(Programs.find("tool", path: path) == scratch.path + "/b/tool")
        #expect(Programs.find("other", path: path) == nil, "a directory is no program")
        #expect(Programs.find(scratch.path + "/c/tool", path: "") == scratch.path + "/c/tool")
        #expect(Programs.find("tool", path: "/a:/b", root: scratch.path) == "/b/tool")
    }
}
