import Foundation
import TestSupport

/// A bundle for the runtime with a busybox in its root, and a place for the runtime's state; all of it
/// goes away with its owner, and so do the containers.
final class Bundle {
    let directory: String
    private let runtimeRoot: String
    private var containers: [String] = []

    var config: String { directory + "/config.json" }
    var log: String { directory + "/log" }

    /// Makes a bundle whose container runs `script`; `change` may alter the specification.
    init(script: String = "true", change: (inout [String: Any]) -> Void = { _ in }) throws {
        directory = "/tmp/kinkajou-oci-\(UInt64.random(in: .min ... .max))"
        runtimeRoot = directory + "/state"
        for path in ["bin", "proc", "dev", "sys", "tmp"] {
            try FileManager.default.createDirectory(
                atPath: "\(directory)/rootfs/\(path)", withIntermediateDirectories: true)
        }
        let busybox = try Command.require("sh", "-c", "command -v busybox").dropLast()
        let rootfs = directory + "/rootfs"
        try Command.require("install", "-D", "-m", "0755", String(busybox), rootfs + "/bin/busybox")
        for library in try BuiltBinary.libraries(of: String(busybox)) {
            try Command.require("install", "-D", "-m", "0755", library, rootfs + library)
        }
        try Command.require("runc", "spec", "--bundle", directory)
        try alter { specification in
            specification.alterProcess {
                $0["args"] = ["/bin/busybox", "sh", "-c", script]
                $0["terminal"] = false
            }
            change(&specification)
        }
    }

    /// Changes the specification.
    func alter(_ change: (inout [String: Any]) -> Void) throws {
        var specification = try Self.object(at: config)
        change(&specification)
        try Self.write(specification, to: config)
    }

    static func object(at path: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    static func write(_ object: [String: Any], to path: String) throws {
        try JSONSerialization.data(withJSONObject: object).write(to: URL(fileURLWithPath: path))
    }

    /// The words that call a runtime with this bundle's log and state in front of its command.
    func words(_ runtime: String, logFormat: String = "text", _ command: [String]) -> [String] {
        [runtime, "--root", runtimeRoot, "--log", log, "--log-format", logFormat] + command
    }

    /// A name for a container, which is deleted at the end.
    func newContainer() -> String {
        let name = "kinkajou-oci-\(UInt64.random(in: .min ... .max))"
        containers.append(name)
        return name
    }

    /// Runs the container to its end.
    func run(
        _ runtime: String, logFormat: String = "text", prefix: [String] = [], options: [String] = []
    ) throws -> Command.Result {
        let command = ["run", "--bundle", directory] + options + [newContainer()]
        return try Command.run(prefix + words(runtime, logFormat: logFormat, command), seconds: 120)
    }

    /// What tells a file that was replaced from one that was not.
    static func identity(of path: String) throws -> [String] {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let keys: [FileAttributeKey] = [.systemFileNumber, .modificationDate, .size]
        return keys.map { key in attributes[key].map { "\($0)" } ?? "" }
    }

    /// The files beside the configuration that should not be there.
    func leftovers() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasPrefix(".") }
    }

    /// What the log holds.
    func logText() -> String {
        (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    }

    deinit {
        for name in containers {
            _ = try? Command.run(["runc", "--root", runtimeRoot, "delete", "--force", name])
        }
        try? FileManager.default.removeItem(atPath: directory)
    }
}

extension [String: Any] {
    mutating func alterProcess(_ change: (inout [String: Any]) -> Void) {
        var process = self["process"] as? [String: Any] ?? [:]
        change(&process)
        self["process"] = process
    }

    /// Every capability in every set, as for a privileged container.
    mutating func demandAllCapabilities() {
        alterProcess { process in
            let sets = ["bounding", "effective", "inheritable", "permitted"]
            process["capabilities"] = Dictionary(uniqueKeysWithValues: sets.map { ($0, Privileges.names) })
        }
    }

    /// Adds a user namespace that maps every id to itself.
    mutating func addUserNamespace() {
        var linux = self["linux"] as? [String: Any] ?? [:]
        linux["namespaces"] = (linux["namespaces"] as? [[String: String]] ?? []) + [["type": "user"]]
        let everyone: [[String: Int]] = [["containerID": 0, "hostID": 0, "size": 65536]]
        linux["uidMappings"] = everyone
        linux["gidMappings"] = everyone
        self["linux"] = linux
    }
}
