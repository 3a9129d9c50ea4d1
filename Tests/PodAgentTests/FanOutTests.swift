import Foundation
import Glibc
import ImageArchives
import Linux
import Testing

@testable import PodAgent

/// The stream to several programs at once, with a shell in place of `docker exec`.
@Suite(.serialized) final class FanOutTests {
    private let directory: String

    init() throws {
        directory = FileManager.default.temporaryDirectory.path + "/kj-fanout-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        signal(SIGPIPE, SIG_IGN)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// A transfer of an image with one layer of so many bytes, in frames.
    private func stream(_ size: Int) async throws -> (content: [UInt8], framed: [UInt8]) {
        // Of a period that is no power of two, so that no two blocks are the same.
        let period = (0..<977).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 5) }
        let layer = Array([[UInt8]](repeating: period, count: size / 977 + 1).joined().prefix(size))
        let files: [(String, [UInt8])] = [
            ("l.tar", layer),
            (
                "c.json",
                Array(
                    #"{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":["\#(ContentDigest(of: layer))"]}}"#
                        .utf8)
            ),
            ("manifest.json", Array(#"[{"Config":"c.json","RepoTags":["a:b"],"Layers":["l.tar"]}]"#.utf8)),
        ]
        for (name, bytes) in files { try Data(bytes).write(to: URL(fileURLWithPath: "\(directory)/\(name)")) }
        let tar = try Process.run(
            URL(fileURLWithPath: "/bin/tar"),
            arguments: ["-C", directory, "-cf", "\(directory)/a.tar"] + files.map(\.0))
        tar.waitUntilExit()
        let archive = try await ImageArchive.open("\(directory)/a.tar")
        var transfer = try archive.transfer(platform: nil)
        var writer = StreamFrameWriter()
        var (content, framed): ([UInt8], [UInt8]) = ([], [])
        while let chunk = try transfer.next() {
            content += chunk
            framed += writer.frame(chunk)
        }
        return (content, framed + writer.end())
    }

    /// Runs shell scripts as the programs; what is to come from stdin is written by another thread.
    private func run(
        _ scripts: [String], input: [UInt8], closes: Bool = true, limits: StreamFanOut.Limits = .init(),
        stopAfter: Duration? = nil
    ) async throws -> (fanOut: StreamFanOut, failure: StreamFanOut.Failure?, statuses: [Linux.ExitStatus?]) {
        let source = try Linux.Pipe()
        let stop = try Linux.Pipe()
        defer { for end in [source.reading, stop.reading] { close(end) } }
        var lanes: [StreamFanOut.Lane] = []
        for (number, script) in scripts.enumerated() {
            let (input, output) = (try Linux.Pipe(), try Linux.Pipe())
            var request = ChildRequest(
                executable: "/bin/sh", arguments: ["-c", script], environment: Environment.all())
            request.streams = (input.reading, output.writing, output.writing)
            let child = try ChildProcess.start(request)
            close(input.reading)
            close(output.writing)
            lanes.append(
                .init(name: "n\(number)", child: child, input: input.writing, output: output.reading))
        }
        let fanOut = StreamFanOut(lanes: lanes, source: source.reading, stop: stop.reading, limits: limits)
        let writer = Thread {
            var rest = input[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(source.writing, $0.baseAddress, $0.count) }
                guard count > 0 else { break }
                rest = rest.dropFirst(count)
            }
            if closes { close(source.writing) }
        }
        writer.start()
        let stopper = Task {
            if let stopAfter {
                try await Task.sleep(for: stopAfter)
                close(stop.writing)
            }
        }
        let failure = await OwnThread.value { fanOut.run() }
        stopper.cancel()
        var statuses: [Linux.ExitStatus?] = []
        for lane in fanOut.lanes { statuses.append(await lane.child.wait(atMost: .seconds(5))) }
        if stopAfter == nil { close(stop.writing) }
        if !closes { close(source.writing) }
        let ended = try #require(failure, "no thread")
        return (fanOut, ended, statuses)
    }

    private func file(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)")))
    }

    @Test func everyProgramGetsAll() async throws {
        let (content, framed) = try await stream(3_000_000)
        let scripts = (0..<3).map { "cat > \(directory)/out\($0); echo done" }
        // The sender cannot close its end: the frames tell.
        let result = try await run(scripts, input: framed, closes: false)
        #expect(result.failure == nil)
        #expect(result.statuses == [.exited(0), .exited(0), .exited(0)])
        for number in 0..<3 { #expect(try file("out\(number)") == content) }
        #expect(result.fanOut.lanes.map(\.said) == ["done\n", "done\n", "done\n"])
        #expect(result.fanOut.images.map(\.name) == ["docker.io/library/a:b"])
        #expect(result.fanOut.received == Int64(content.count))
    }

    /// Cut anywhere, no program gets the mark that makes it an archive.
    @Test func whatBrokeOffIsNeverWhole() async throws {
        let (content, framed) = try await stream(10_000)
        for length in [
            0, 5, 8, 600, 9_000, framed.count - 3000, framed.count - 60, framed.count - 44, framed.count - 1,
        ] {
            let result = try await run(["cat > \(directory)/out"], input: Array(framed.prefix(length)))
            guard case .frames(.truncated) = result.failure else {
                Issue.record("\(length): \(String(describing: result.failure))")
                continue
            }
            let got = try file("out")
            #expect(got.count <= content.count - 2048 && got == Array(content.prefix(got.count)))
            #expect(!String(decoding: got, as: UTF8.self).contains("oci-layout"))
        }
    }

    @Test func whatWasDamagedIsNeverWhole() async throws {
        var (_, framed) = try await stream(10_000)
        framed[2000] ^= 1
        let result = try await run(["cat > \(directory)/out"], input: framed)
        guard case .frames(.damaged) = result.failure else {
            Issue.record("\(String(describing: result.failure))")
            return
        }
        #expect(!String(decoding: try file("out"), as: UTF8.self).contains("oci-layout"))
    }

    @Test func whatIsNoTransferIsRefused() async throws {
        var writer = StreamFrameWriter()
        let framed = writer.frame([UInt8](repeating: 65, count: 5000)) + writer.end()
        let result = try await run(["cat > \(directory)/out"], input: framed)
        guard case .content = result.failure else {
            Issue.record("\(String(describing: result.failure))")
            return
        }
        #expect(try file("out") == [])
    }

    @Test func aProgramThatEndsEarlyDoesNotHoldUpTheOthers() async throws {
        let (content, framed) = try await stream(3_000_000)
        let result = try await run(
            ["head -c 100000 >/dev/null; echo 'ctr: no space left' >&2; exit 1", "cat > \(directory)/out"],
            input: framed)
        #expect(result.failure == nil)
        #expect(result.statuses == [.exited(1), .exited(0)])
        #expect(result.fanOut.lanes[0].said == "ctr: no space left\n")
        #expect(try file("out") == content)
    }

    @Test func whenAllHaveEndedNothingIsWaitedFor() async throws {
        let (_, framed) = try await stream(3_000_000)
        let start = ContinuousClock.now
        let result = try await run(["exit 3", "exit 4"], input: Array(framed.prefix(100_000)), closes: false)
        guard case .allEnded = result.failure else {
            Issue.record("\(String(describing: result.failure))")
            return
        }
        #expect(result.statuses == [.exited(3), .exited(4)])
        #expect(start.duration(to: .now) < .seconds(20))
    }

    @Test func aProgramThatTakesNothingIsGivenUp() async throws {
        let (content, framed) = try await stream(4_000_000)
        let limits = StreamFanOut.Limits(stall: .milliseconds(700))
        let result = try await run(
            ["exec sleep 60", "cat > \(directory)/out"], input: framed, limits: limits)
        #expect(result.failure == nil)
        #expect(result.fanOut.lanes.map(\.problem) == ["it took nothing for 0 s", nil])
        #expect(result.statuses[0] == .signalled(9))
        #expect(try file("out") == content)
    }

    @Test func aProgramThatDoesNotEndIsGivenUp() async throws {
        let (_, framed) = try await stream(1000)
        let limits = StreamFanOut.Limits(finish: .milliseconds(500))
        let result = try await run(["cat >/dev/null; exec sleep 60"], input: framed, limits: limits)
        #expect(result.fanOut.lanes[0].problem?.contains("did not end") ?? false)
    }

    @Test func silenceHasAnEnd() async throws {
        let limits = StreamFanOut.Limits(silence: .milliseconds(500))
        let (_, framed) = try await stream(100_000)
        let result = try await run(
            ["cat > \(directory)/out"], input: Array(framed.prefix(5000)), closes: false, limits: limits)
        guard case .silence = result.failure else {
            Issue.record("\(String(describing: result.failure))")
            return
        }
        #expect(result.statuses == [.exited(0)])
    }

    @Test func beingStoppedLetsTheProgramsCleanUp() async throws {
        let (_, framed) = try await stream(100_000)
        let result = try await run(
            ["cat >/dev/null; echo cleaned > \(directory)/mark"], input: Array(framed.prefix(5000)),
            closes: false,
            stopAfter: .milliseconds(300))
        guard case .stopped = result.failure else {
            Issue.record("\(String(describing: result.failure))")
            return
        }
        #expect(result.statuses == [.exited(0)])
        #expect(try file("mark") == Array("cleaned\n".utf8))
    }
}
