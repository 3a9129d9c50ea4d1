internal import ArgumentParser
internal import EnginePlan

/// How long a session says that its stop may take.
public enum SessionGrace {
    /// What `kinkajou dind` or `kinkajou cluster` makes of its arguments, which begin with one of the two. Only the
    /// parser knows where the options end and COMMAND begins, which may have a `--grace` of its own. nil: the
    /// arguments are wrong, and the session will end with that.
    public static func of(_ arguments: [String]) -> Duration? {
        let rest = Array(arguments.dropFirst())
        switch arguments.first {
        case "dind":
            guard let command = try? DindCommand.parse(rest) else { return nil }
            return command.options.grace?.duration ?? .seconds(DindSettings().graceSeconds)
        case "cluster":
            return try? ClusterCommand.parse(rest).grace()
        default: return nil
        }
    }
}
