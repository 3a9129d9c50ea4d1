import Foundation
import Glibc
import TestSupport
import Testing

/// `scripts/lib/jobs.sh`, which everything that is built at the same time is built with.
struct JobsTests {
    /// A folder that a script with jobs runs in.
    private final class Folder {
        let path: String

        init() throws {
            path = FileManager.default.temporaryDirectory.path + "/kinkajou-jobs-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        /// The setup of a script with the libraries in it, in this folder.
        func script(_ text: String) -> ChildProcess.Setup {
            let libraries = ["report", "times", "jobs"].map {
                ". \(HostCluster.repository)/scripts/lib/\($0).sh"
            }
            let whole =
                "set -euo pipefail; cd \(path); unset KINKAJOU_TIMES; \(libraries.joined(separator: "; "))\n"
                + "begin_times; trap_jobs\n" + text
            return ChildProcess.Setup("bash", ["-c", whole])
        }

        func lines(of file: String) throws -> [String] {
            try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8).split(separator: "\n").map(
                String.init)
        }
    }

    @Test func aJobRunsWhenWhatItNeedsIsDone() throws {
        let folder = try Folder()
        let result = try Command.run(
            folder.script(
                """
                say_it() { echo "$1" >>order; }
                job last "left right" say_it last
                job left first say_it left
                job right first say_it right
                job first "" say_it first
                run_jobs
                """))
        #expect(result.status == 0, "\(result)")
        let order = try folder.lines(of: "order")
        #expect(order.first == "first" && order.last == "last" && order.count == 4, "\(order)")
        // Each is in the table of times.
        let times = try folder.lines(of: "build/times.tsv").filter { $0.hasPrefix("job\t") }
        #expect(times.count == 4, "\(times)")
    }

    @Test func jobsThatDoNotNeedEachOtherRunAtTheSameTime() throws {
        let folder = try Folder()
        // Each waits until the other runs: one after the other they would wait for ever.
        let result = try Command.run(
            folder.script(
                """
                meet() { touch "$1"; until [ -e "$2" ]; do sleep 0.01; done; }
                job one "" meet a b
                job two "" meet b a
                run_jobs
                """))
        #expect(result.status == 0, "\(result)")
    }

    @Test func theFirstFailureEndsTheOthersWithTheirChildren() throws {
        let folder = try Folder()
        let marker = "kinkajou-marker-\(UUID().uuidString)"
        let result = try Command.run(
            folder.script(
                """
                long() { bash -c 'sleep 1000; : \(marker)'; }
                fails() { until [ "$(pgrep -fc 'sleep 1000; : \(marker)')" -ge 1 ]; do sleep 0.01; done
                    echo "what went wrong"; return 3; }
                job long "" long
                job never long long
                job broken "" fails
                run_jobs
                """))
        #expect(result.status == 1, "\(result)")
        #expect(result.errors.contains("failed: broken (exit status 3"), "\(result)")
        #expect(result.errors.contains("what went wrong"), "\(result)")
        #expect(ProcessSnapshot.processes(naming: marker) == [])
    }

    @Test(arguments: [(SIGTERM, 143), (SIGINT, 130), (SIGHUP, 129)] as [(Int32, Int32)])
    func aSignalEndsAllOfThem(signal: Int32, status: Int32) throws {
        let folder = try Folder()
        let marker = "kinkajou-marker-\(UUID().uuidString)"
        let process = try ChildProcess(
            folder.script(
                """
                long() { bash -c 'touch started; sleep 1000; : \(marker)'; }
                job long "" long
                run_jobs
                """))
        defer { process.end() }
        try Wait.until("the job to run") { access("\(folder.path)/started", F_OK) == 0 }
        process.signal(signal)
        #expect(try process.wait() == status, "\(process.errors)")
        #expect(ProcessSnapshot.processes(naming: marker) == [])
    }

    @Test func aNeedThatNobodyMakesIsNamed() throws {
        let folder = try Folder()
        let result = try Command.run(folder.script("job one nothing true; run_jobs"))
        #expect(result.status == 1, "\(result)")
        #expect(result.errors.contains("job one needs what there is not: nothing"), "\(result)")
    }
}
