import Foundation
import HostFacts
import HostReader
import Linux
import Testing

/// A directory that `scripts/record-facts` wrote: the answers that the reader of facts gets on that host.
struct RecordedHost {
    private let directory: URL

    init(_ name: String) {
        self.init(directory: TestFiles.directory.appending(path: "Recorded/\(name)"))
    }

    init(directory: URL) {
        self.directory = directory
    }

    /// The names of all recorded hosts.
    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: TestFiles.directory.path + "/Recorded")
            .filter { !$0.contains(".") }.sorted()
    }

    /// The facts, by the reader.
    func facts() async throws -> HostFacts {
        let commands = try commands()
        return await FactsReader(
            root: directory.path + "/root",
            run: { program, arguments, _ in
                commands[[program] + arguments]
                    ?? Tool.Result(status: 127, output: "", errors: "\(program): not recorded")
            },
            environment: environment(), calls: try calls()
        ).read(dataRoot: "/var/lib/docker")
    }

    /// What each command left, by its words.
    private func commands() throws -> [[String]: Tool.Result] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path + "/commands")
        var results: [[String]: Tool.Result] = [:]
        for name in names where name.hasSuffix(".arguments") {
            let path = "commands/" + name.dropLast(".arguments".count)
            let status = try #require(Int32(lines(path + ".status").first ?? ""))
            results[lines("commands/" + name)] = Tool.Result(
                status: status, output: text(path), errors: text(path + ".stderr"))
        }
        return results
    }

    private func environment() -> [String: String] {
        var variables: [String: String] = [:]
        for line in lines("environment") {
            let parts = line.split(separator: "=", maxSplits: 1)
            variables[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        return variables
    }

    private func calls() throws -> SystemCalls {
        let interfaces = try interfaces()
        var fileSystems: [String: FileSystemStatus] = [:]
        for line in lines("calls/statfs") {
            let words = line.split(separator: " ")
            let numbers = words.dropFirst(2).compactMap { UInt64($0) }
            let magic = try #require(UInt64(words[1], radix: 16))
            try #require(numbers.count == 5)
            fileSystems[String(words[0])] = FileSystemStatus(
                magic: magic, blockSize: numbers[0], blocks: numbers[1], blocksAvailable: numbers[2],
                inodes: numbers[3], inodesFree: numbers[4])
        }
        let recorded = fileSystems
        let writable = lines("calls/writable")
        let sockets = lines("calls/sockets")
        return SystemCalls(
            interfaces: { interfaces },
            fileSystem: { recorded[$0] },
            writeFailure: { writable.contains($0) ? nil : SystemError("access", $0, EACCES) },
            isListening: { sockets.contains($0) },
            // No shell can ask for it.
            refusesKeyrings: { false },
            clock: { ClockFacts() })
    }

    private struct Link: Decodable {
        struct Address: Decodable {
            var family: String
            var local: String
            var prefixlen: Int
        }
        var ifname: String
        var flags: [String]
        var mtu: Int
        var master: String?
        var addresses: [Address]

        enum CodingKeys: String, CodingKey {
            case ifname, flags, mtu, master
            case addresses = "addr_info"
        }
    }

    private func interfaces() throws -> [NetworkInterface] {
        try JSONDecoder().decode([Link].self, from: Data(text("commands/ip-addr").utf8))
            .filter { !$0.flags.contains("LOOPBACK") }.map { link in
                NetworkInterface(
                    name: link.ifname, mtu: link.mtu,
                    addresses: link.addresses.filter { $0.family == "inet" }.compactMap {
                        IPv4Network("\($0.local)/\($0.prefixlen)")
                    }, bridge: link.master)
            }
    }

    private func text(_ path: String) -> String {
        (try? String(contentsOf: directory.appending(path: path), encoding: .utf8)) ?? ""
    }

    private func lines(_ path: String) -> [String] {
        text(path).split(separator: "\n").map(String.init)
    }
}

/// Where the files of these tests are.
enum TestFiles {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent()
}
