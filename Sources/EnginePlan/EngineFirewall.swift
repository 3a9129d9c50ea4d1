internal import Values

/// By what the engine sees to it that packets of its networks go where they should, as the user's settings say.
public enum EngineFirewall: String, Sendable, Codable, Equatable {
    /// By iptables: what dockerd does unless it is told otherwise.
    case iptables
    /// By nftables itself, without the command iptables: dockerd 29 with `firewall-backend: nftables`.
    case nftables
    /// Not at all: `iptables: false`.
    case none

    /// What the user's `daemon.json` and DOCKER_ARGS say; the latter are stronger, as for dockerd.
    init(_ settings: DindSettings) {
        let backend = settings.daemonArgument("firewall-backend") ?? settings.daemonText("firewall-backend")
        let isManaged = settings.daemonArgument("iptables") ?? settings.daemonText("iptables")
        self =
            isManaged == "false"
            ? .none
            : backend == "nftables" ? .nftables : .iptables
    }
}

extension DindSettings {
    /// The value of a long option among the arguments for dockerd; `true` for one that stands alone, as dockerd's
    /// switches take their value only after an equals sign.
    func daemonArgument(_ option: String) -> String? {
        var value: String?
        for (index, argument) in daemonArguments.enumerated() {
            if argument.hasPrefix("--\(option)=") {
                value = String(argument.dropFirst(option.utf8.count + 3))
            } else if argument == "--\(option)" {
                let next = daemonArguments.dropFirst(index + 1).first
                value = next.flatMap { $0.hasPrefix("-") ? nil : $0 } ?? "true"
            }
        }
        return value
    }

    /// A string or switch of the user's `daemon.json`, as text.
    func daemonText(_ key: String) -> String? {
        switch daemonFile[key] {
        case .string(let text)?: text
        case .bool(let value)?: "\(value)"
        default: nil
        }
    }

    /// The bridge that the user names for the default network; `none`: there is to be none.
    var namedBridge: String? {
        if let index = daemonArguments.firstIndex(of: "-b") {
            return daemonArguments.dropFirst(index + 1).first
        }
        return daemonArgument("bridge") ?? daemonText("bridge")
    }
}
