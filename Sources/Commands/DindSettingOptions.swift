internal import ArgumentParser
internal import EnginePlan
internal import FoundationEssentials
internal import HostFacts
internal import Linux
internal import Values

/// The options that shape the plan, shared by `dind` and `cluster`.
struct DindSettingOptions: ParsableArguments, Sendable {
    @Option(help: "Where images and containers are kept.")
    var dataRoot: String?

    @Option(help: "The bridge's address with its prefix, such as 172.17.1.1/24 (DOCKERD_BIP).")
    var bip: String?

    @Option(help: "The largest packet of nested networks in bytes (DOCKERD_MTU).")
    var mtu: Int?

    @Option(help: "The iptables backend: legacy or nft (DOCKER_IPTABLES_LEGACY).")
    var iptablesBackend: PacketFilterArgument?

    @Option(help: "A DNS server for nested containers; may be given more than once.")
    var dns: [String] = []

    @Option(help: "A pull-through mirror of the public registry; may be given more than once.")
    var registryMirror: [String] = []

    @Option(help: "A registry without a valid certificate; may be given more than once.")
    var insecureRegistry: [String] = []

    @Option(help: "The storage driver, such as overlay2 or vfs.")
    var storageDriver: String?

    @Option(
        help:
            "How long stopping may take in all, such as 25s: less than the Pod's grace period (default: 25s)."
    )
    var grace: DurationArgument?

    @Flag(
        name: .customLong("insecure-tcp"),
        help: "Let dockerd listen on a TCP port without TLS, where DOCKER_ARGS or daemon.json asks for it.")
    var insecureTCP = false

    @Flag(help: "Without COMMAND: end with 0 after an orderly stop, instead of 143 (for sidecars).")
    var exitZeroOnStop = false

    /// Refuses options that make no sense with a command.
    func check(command: [String]) throws {
        if exitZeroOnStop, !command.isEmpty {
            throw ValidationError(
                "--exit-zero-on-stop is for a container that only serves; with a command the status is the command's."
            )
        }
    }

    /// The settings, from these options, the environment and the user's `daemon.json`.
    ///
    /// - Parameter settings: What holds where none of these says anything.
    func settings(
        _ settings: DindSettings = DindSettings(), environment: [String: String] = Environment.all(),
        daemonFile: String = "/etc/docker/daemon.json"
    ) throws -> DindSettings {
        var settings = settings
        if let dataRoot {
            guard dataRoot.hasPrefix("/") else {
                throw KinkajouError(
                    "--data-root \(dataRoot) is not an absolute path", cure: "begin it with /", code: .usage)
            }
            settings.dataRoot = .init(dataRoot, from: .flag)
        }
        settings.bridgeAddress = try bridge(environment) ?? settings.bridgeAddress
        settings.mtu = try packetSize(environment) ?? settings.mtu
        settings.packetFilter = backend(environment) ?? settings.packetFilter
        if !dns.isEmpty { settings.dns = dns }
        if !registryMirror.isEmpty { settings.registryMirrors = try mirrors() }
        if insecureTCP { settings.allowsInsecureTCP = true }
        if !insecureRegistry.isEmpty { settings.insecureRegistries = insecureRegistry }
        settings.storageDriver = storageDriver.map { .init($0, from: .flag) } ?? settings.storageDriver
        do {
            if let words = environment["DOCKER_ARGS"] {
                settings.daemonArguments = try ShellWords.split(words)
            }
        } catch {
            throw KinkajouError("DOCKER_ARGS: \(error)", cure: "close the quote", code: .usage)
        }
        if settings.daemonArguments.contains(where: { $0.hasPrefix("--config-file") }) {
            throw KinkajouError(
                "DOCKER_ARGS names a --config-file, which would replace everything that is planned",
                cure: "put the settings into /etc/docker/daemon.json, which is merged with the plan",
                code: .usage)
        }
        if let directory = environment["DOCKER_TLS_CERTDIR"] {
            settings.tlsDirectory = directory.isEmpty ? nil : directory
        }
        if let grace { settings.graceSeconds = Int(grace.duration.components.seconds) }
        settings.daemonFile = try readDaemonFile(daemonFile)
        if case .string(let root)? = settings.daemonFile["data-root"], dataRoot == nil {
            settings.dataRoot = .init(root, from: .file)
        }
        return settings
    }

    /// More names for the TLS certificate.
    func tlsNames() -> [String] {
        Environment.value("DOCKER_TLS_SAN").map { $0.isEmpty ? [] : [$0] } ?? []
    }

    private func mirrors() throws -> [String] {
        for mirror in registryMirror {
            guard mirror.hasPrefix("http://") || mirror.hasPrefix("https://") else {
                throw KinkajouError(
                    "--registry-mirror is not the address of a server",
                    cure: "write it as https://mirror.example", code: .usage)
            }
            guard !mirror.contains("@") else {
                throw KinkajouError(
                    "--registry-mirror holds a user name or password, which dockerd refuses",
                    cure: "give the address alone; a mirror that asks for a password cannot be used",
                    code: .usage)
            }
        }
        return registryMirror
    }

    private func bridge(_ environment: [String: String]) throws -> Setting<String>? {
        let value: String
        let source: SettingSource
        if let bip {
            (value, source) = (bip, .flag)
        } else if let variable = environment["DOCKERD_BIP"], !variable.isEmpty {
            (value, source) = (variable, .environment)
        } else {
            return nil
        }
        let name = source == .flag ? "--bip" : "DOCKERD_BIP"
        guard value.contains("/"), let network = IPv4Network(value), (8...30).contains(network.prefixLength)
        else {
            throw KinkajouError(
                "\(name) \(value) is not an IPv4 address with a prefix of 8 to 30 bits",
                cure: "write it as 172.17.1.1/24", code: .usage)
        }
        guard network != network.network else {
            throw KinkajouError(
                "\(name) \(value) names the network, not the bridge's address in it",
                cure:
                    "use an address of it, such as \(network.network.addressText.dropLast())1/\(network.prefixLength)",
                code: .usage)
        }
        return .init(value, from: source)
    }

    private func packetSize(_ environment: [String: String]) throws -> Setting<Int>? {
        if let mtu { return .init(try checked(mtu, name: "--mtu"), from: .flag) }
        guard let text = environment["DOCKERD_MTU"], !text.isEmpty else { return nil }
        guard let value = Int(text) else {
            throw KinkajouError(
                "DOCKERD_MTU \(text) is not a number", cure: "give bytes, such as 1400", code: .usage)
        }
        return .init(try checked(value, name: "DOCKERD_MTU"), from: .environment)
    }

    private func checked(_ mtu: Int, name: String) throws -> Int {
        // IPv4 asks every link to carry 68 bytes (RFC 791); an IPv6 one 1280, but a bridge may do without.
        guard (68...65535).contains(mtu) else {
            throw KinkajouError(
                "\(name) \(mtu) is not between 68 and 65535", cure: "give bytes, such as 1400", code: .usage)
        }
        return mtu
    }

    private func backend(_ environment: [String: String]) -> Setting<PacketFilterBackend>? {
        if let iptablesBackend { return .init(iptablesBackend.backend, from: .flag) }
        return environment["DOCKER_IPTABLES_LEGACY"].map {
            .init($0.isEmpty ? .nft : .legacy, from: .environment)
        }
    }

    private func readDaemonFile(_ path: String) throws -> [String: JSONValue] {
        guard Files.exists(path) else { return [:] }
        do {
            return try JSONDecoder().decode([String: JSONValue].self, from: Data(try Files.read(path).utf8))
        } catch let error as SystemError {
            throw KinkajouError("\(error)", cure: "make it readable, or remove it", code: .usage)
        } catch {
            throw KinkajouError(
                "\(path) is not a JSON object", cure: "correct it, or remove it", code: .usage)
        }
    }
}

/// An iptables backend on the command line.
enum PacketFilterArgument: String, ExpressibleByArgument, CaseIterable {
    case legacy, nft

    /// The backend.
    var backend: PacketFilterBackend { self == .legacy ? .legacy : .nft }
}
