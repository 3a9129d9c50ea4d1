internal import Values

/// Whoever reaches the engine is root here: a TCP port without TLS has to be asked for by name.
enum ExposureCheck {
    static func problem(_ settings: DindSettings) -> Problem? {
        guard !settings.allowsInsecureTCP, settings.tlsDirectory == nil, !hasTLS(settings) else { return nil }
        let given =
            hosts(ofArguments: settings.daemonArguments).map { ($0, "DOCKER_ARGS") }
            + settings.daemonFile.texts("hosts").map { ($0, "daemon.json") }
        guard let (host, place) = given.first(where: { $0.0.hasPrefix("tcp:") || !$0.0.contains("://") })
        else {
            return nil
        }
        return .error(
            .insecureTCP, "\(place) has dockerd listen on \(host) without TLS",
            cure:
                "set DOCKER_TLS_CERTDIR, which serves TLS on port 2376; or give --insecure-tcp, where nobody else"
                + " reaches the port", code: .usage)
    }

    private static func hasTLS(_ settings: DindSettings) -> Bool {
        let keys = DaemonPlanner.keys(ofArguments: settings.daemonArguments)
        return ["tls", "tlsverify"].contains { key in
            settings.daemonFile[key] == true
                || keys.contains(key) && !settings.daemonArguments.contains("--\(key)=false")
        }
    }

    /// The values of `-H` and `--host`, in all of their forms.
    private static func hosts(ofArguments arguments: [String]) -> [String] {
        var hosts: [String] = []
        for (index, argument) in arguments.enumerated() {
            let next = index + 1 < arguments.count ? [arguments[index + 1]] : []
            if argument == "--host" || argument == "-H" {
                hosts += next
            } else if argument.hasPrefix("--host=") {
                hosts.append(String(argument.dropFirst("--host=".count)))
            } else if !argument.hasPrefix("--"), argument.hasPrefix("-"),
                let letter = argument.firstIndex(of: "H"),
                argument[..<letter].dropFirst().allSatisfy({ $0 == "D" })
            {
                // `-DH tcp://...` and `-Htcp://...`.
                let value = argument[argument.index(after: letter)...].drop { $0 == "=" }
                hosts += value.isEmpty ? next : [String(value)]
            }
        }
        return hosts
    }
}

extension [String: JSONValue] {
    /// A list of strings, or a single one.
    fileprivate func texts(_ key: String) -> [String] {
        switch self[key] {
        case .array(let values): values.compactMap { if case .string(let text) = $0 { text } else { nil } }
        case .string(let text): [text]
        default: []
        }
    }
}
