internal import Linux

/// Changes network interfaces, by ip(8).
enum Links {
    /// Runs `ip` with arguments.
    static func run(_ arguments: [String], limit: Duration = Tool.usualLimit) async throws(ToolFailure) {
        let result = await Tool.run("ip", arguments, limit: limit)
        guard result.isSuccess else {
            throw ToolFailure(
                command: (["ip"] + arguments).joined(separator: " "), reason: result.reason)
        }
    }

    /// Deletes an interface; one that has gone meanwhile is no error, as one end of a veth pair goes with the
    /// other.
    static func delete(_ name: String, limit: Duration = Tool.usualLimit) async throws(ToolFailure) {
        do throws(ToolFailure) {
            try await run(["link", "delete", name], limit: limit)
        } catch {
            if Files.exists("/sys/class/net/\(name)") { throw error }
        }
    }
}

/// A program of the system that did not do what it was run for.
struct ToolFailure: Error, CustomStringConvertible {
    /// The command.
    var command: String
    /// What it said, or that it was too slow.
    var reason: String
    /// The command and the reason, in a line.
    var description: String { "\(command): \(reason)" }
}
