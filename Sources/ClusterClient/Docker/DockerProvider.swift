public import ClusterSpec
internal import Formats
internal import FoundationEssentials
internal import KubernetesAPI
internal import Linux
internal import NIOCore
internal import Values

/// Clusters as containers of a local Docker engine.
public struct DockerProvider: ClusterProvider {
    private let docker = DockerProgram()

    /// The engine that the `docker` program talks to.
    public init() {}

    /// The engine.
    public var place: String { "Docker" }

    /// A container can be reached at this machine.
    public var capabilities: ProviderCapabilities {
        ProviderCapabilities(hasPlacement: false, hasOwners: false, accesses: [.tunnel], usualAccess: .tunnel)
    }

    /// There is none.
    public var hostCluster: HostCluster? { nil }

    /// Paths of kind's file are of this machine, as with kind itself.
    public func prepare(_ request: ClusterSpec, owner: OwnerChoice) async throws -> ClusterSpec {
        var request = request
        request.mounts = try Self.mounts(of: request, in: Files.resolved(".") ?? "/")
        return request
    }

    /// What stands for each path that kind's file mounts into nodes: the path itself, which Docker mounts.
    ///
    /// - Parameter directory: Where paths begin that are not absolute.
    static func mounts(of request: ClusterSpec, in directory: String) throws(KinkajouError) -> [String:
        MountSource]
    {
        var mounts: [String: MountSource] = [:]
        for path in request.parsed.cluster.nodes.flatMap(\.extraMounts).map(\.hostPath) {
            switch request.mounts[path] {
            case .configMap, .secret:
                throw KinkajouError(
                    "--extra-mount \(path): Docker has no ConfigMaps and Secrets",
                    cure: "leave it out: the nodes see \(path) of this machine", code: .usage)
            case .host, .copy, nil:
                mounts[path] = .host(path: path.hasPrefix("/") ? path : "\(directory)/\(path)")
            }
        }
        return mounts
    }

    /// The words of `docker create` for what kind's file mounts, as kind itself words them for a node.
    static func volumes(of request: ClusterSpec) -> [String] {
        request.extraMounts.entries.flatMap { entry -> [String] in
            guard case .host(let path) = entry.source else { return [] }
            var options = entry.isReadOnly ? ["ro"] : []
            switch entry.propagation {
            case .hostToContainer: options.append("rslave")
            case .bidirectional: options.append("rshared")
            case MountPropagation.none?, nil: break
            }
            let suffix = options.isEmpty ? "" : ":" + options.joined(separator: ",")
            return ["--volume", "\(path):\(entry.place)\(suffix)"]
        }
    }

    /// Nothing is held open.
    public func shutdown() async {}

    /// Whether the engine answers.
    public func check() async throws {
        _ = try await docker.output(
            ["version", "--format", "{{.Server.Version}}"], doing: "reach Docker", timeout: .seconds(10))
    }

    /// The engine, by its ID.
    public func location() async throws -> ClusterLocation {
        let id = try await docker.output(
            ["info", "--format", "{{.ID}}"], doing: "reach Docker", timeout: .seconds(30))
        return .docker(engine: id.trimmed)
    }

    // MARK: - What is there

    /// The clusters of the engine.
    public func clusters(allNamespaces: Bool) async throws -> [ClusterRecord] {
        try await containers(filters: ["label=\(ClusterObjects.Key.cluster)"])
            .map(ClusterRecord.init(container:)).sorted { $0.name < $1.name }
    }

    /// What `docker inspect` says of the containers that filters choose.
    private func containers(filters: [String]) async throws -> [JSONValue] {
        // One may go between the list and the look: then there is another list. No text of Docker's is read for that.
        for attempt in 1... {
            let ids = try await docker.output(
                ["ps", "--all", "--quiet", "--no-trunc"] + filters.flatMap { ["--filter", $0] },
                doing: "list the clusters in Docker"
            ).split(separator: "\n").map(String.init)
            guard !ids.isEmpty else { return [] }
            let result = try await docker.run(["inspect", "--type", "container"] + ids)
            if result.isSuccess { return try JSONValue(yaml: result.output).array }
            guard attempt < 3 else {
                throw KinkajouError(
                    "cannot look at the clusters in Docker: \(result.reason)",
                    cure: "see that the Docker engine answers: `docker version`")
            }
        }
        return []
    }

    private func container(of name: String) async throws -> JSONValue? {
        try await containers(filters: [
            "label=\(ClusterObjects.Key.cluster)=\(name)", "name=^/\(ClusterName.object(name))$",
        ]).first
    }

    private func existing(_ name: String) async throws -> JSONValue {
        guard let container = try await container(of: name) else {
            throw KinkajouError.unknownCluster(name, at: place)
        }
        return container
    }

    // MARK: - Making one

    /// Runs a container and follows it until the cluster in it is ready.
    public func create(_ request: ClusterSpec, follower: any CreationFollower) async throws
        -> ClusterEndpoint
    {
        if try await container(of: request.name) != nil {
            throw nameIsTaken(request.name)
        }
        follower.begin("Creating the container \(ClusterName.object(request.name))")
        // The mark of this creation: another one of the same name may be under way.
        let creation = UUID().uuidString.lowercased()
        let made = await Task.detached { () -> Result<Void, any Error> in
            do {
                return .success(try await self.start(request, creation: creation))
            } catch {
                return .failure(error)
            }
        }.value
        do {
            try made.get()
            try Task.checkCancellation()
            follower.end(success: true)
            try await wait(for: request, follower: follower)
            return try await endpoint(of: request.name, isInternal: false)
        } catch {
            follower.end(success: false)
            if error is CancellationError || Task.isCancelled || !request.retain {
                await Task.detached { await self.takeAway(creation, follower: follower) }.value
            } else {
                follower.notice(
                    "The cluster is kept for inspection (--retain): kinkajou delete cluster --name \(request.name)"
                )
            }
            throw error
        }
    }

    /// Removes what a creation has made, and nothing of another one's.
    private func takeAway(_ creation: String, follower: any CreationFollower) async {
        do {
            for container in try await containers(filters: [
                "label=\(ClusterObjects.Key.creation)=\(creation)"
            ]) {
                try await remove(container)
            }
        } catch {
            follower.notice("warning: what was made may still be there: \(error)")
        }
    }

    private func start(_ request: ClusterSpec, creation: String) async throws {
        let name = ClusterName.object(request.name)
        var words = [
            "create", "--privileged", "--pull",
            Self.pull(request.containerImage), "--name", name,
            "--label",
            "\(ClusterObjects.Key.cluster)=\(request.name)",
            "--label", "\(ClusterObjects.Key.creation)=\(creation)",
            "--label", "\(ClusterObjects.Key.nodes)=\(request.nodeCount)", "--stop-timeout", "30",
            "--health-cmd", "kubectl get --raw=/readyz --request-timeout=5s", "--health-interval", "10s",
            "--health-start-period", "\(request.wait.components.seconds)s",
            "--publish",
            Self.published(
                Defaults.apiServerPort, at: request.apiPortOutside,
                address: request.apiAddressOutside ?? "127.0.0.1", protocol: .tcp),
            "--volume", request.madeBy == .node ? "/var/lib/kinkajou" : "/var/lib/docker",
        ]
        if Files.exists("/lib/modules") { words += ["--volume", "/lib/modules:/lib/modules:ro"] }
        if let hostname = request.nodeHostname { words += ["--hostname", hostname] }
        words += Self.volumes(of: request)
        if let cpus = Quantity(request.resources.cpu) { words += ["--cpus", "\(cpus.value)"] }
        if let memory = Quantity(request.resources.memory) {
            words += ["--memory", "\(memory.whole ?? .max)"]
        }
        if let image = request.nodeImage {
            words += ["--label", "\(ClusterObjects.Key.nodeImage)=\(image)"]
        }
        // A name alone takes the value from the environment of `docker`: values stay out of argument lists.
        for (key, value) in request.environment.sorted(by: { $0.key < $1.key }) {
            if Linux.Environment.value(key) == value {
                words += ["--env", key]
            } else {
                words += ["--env", "\(key)=\(value)"]
            }
        }
        for port in request.published.ports {
            words += [
                "--publish",
                Self.published(
                    port.inner, at: port.outer, address: port.listenAddress, protocol: port.protocol),
            ]
        }
        if let time = request.lifetime {
            words += ["--rm", "--label", "\(ClusterObjects.Key.lifetime)=\(time.components.seconds)"]
        }
        words += [
            // The image's own entrypoint runs a Docker engine around its command.
            "--entrypoint", "\(PodTemplate.programDirectory)/kinkajou", request.containerImage, "cluster",
            "--spec", Defaults.specFile,
        ]
        // The container's own command ends it when the time is over; `--rm` takes it away.
        if let time = request.lifetime { words += ["--", "sleep", "\(time.components.seconds)"] }
        let created = try await docker.run(words, timeout: request.startTimeout)
        guard created.isSuccess else {
            if try await container(of: request.name) != nil { throw nameIsTaken(request.name) }
            throw try await creationError(created, request: request)
        }
        try await handOver(
            try request.inside(names: ["127.0.0.1", name] + (request.apiAddressOutside.map { [$0] } ?? [])),
            to: name)
        switch request.madeBy {
        case .node: try await handOverPrograms(of: request, creation: creation, to: name)
        case .kind:
            if let image = request.nodeImage { try await handOver(image, to: name, of: request.podImage) }
        }
        let started = try await docker.run(["start", name])
        guard started.isSuccess else { throw try await creationError(started, request: request) }
    }

    /// The value of `--publish` for a port of the container.
    static func published(_ inner: Int, at outer: Int?, address: String?, protocol: PortProtocol) -> String {
        let place = address.map { $0.contains(":") ? "[\($0)]:" : "\($0):" } ?? ""
        let outside = outer.map { "\($0):" } ?? (place.isEmpty ? "" : ":")
        return "\(place)\(outside)\(inner)/\(`protocol`.rawValue.lowercased())"
    }

    private func nameIsTaken(_ name: String) -> KinkajouError {
        KinkajouError(
            "node(s) already exist for a cluster with the name \"\(name)\" in Docker",
            cure: "choose another --name, or delete it: `kinkajou delete cluster --name \(name)`",
            code: .nameTaken)
    }

    /// Why Docker does not run the container: found out of what is there, not of what it says.
    private func creationError(_ result: CapturedProgram.Result, request: ClusterSpec) async throws
        -> KinkajouError
    {
        let name = ClusterName.object(request.name)
        let others = try await containers(filters: ["name=^/\(name)$"])
        if others.contains(where: { $0["Config"]["Labels"][ClusterObjects.Key.cluster].isNull }) {
            return KinkajouError(
                "there is a container \"\(name)\" that is none of Kinkajou's", cure: "choose another --name")
        }
        for (image, cure) in [
            (request.podImage, "build it with `make images`, or name one with --pod-image"),
            (request.containerImage, "build it with `make node-image`, or name one with --image"),
        ] {
            let found = try await docker.run(["image", "inspect", "--format", "{{.Id}}", image])
            guard !found.isSuccess else { continue }
            return KinkajouError("the image \(image) cannot be had: \(result.reason)", cure: cure)
        }
        return KinkajouError(
            "Docker cannot run the cluster's container: \(result.reason)",
            cure: "see `kinkajou doctor --target docker`, `docker version` and `docker info`")
    }

    /// The value of `--pull` for an image.
    private static func pull(_ image: String) -> String {
        Defaults.pullPolicy(of: image) == "Never" ? "never" : "missing"
    }

    /// Puts our programs into a container of another image: they are taken out of one of the Pod's image that never runs.
    private func handOverPrograms(of request: ClusterSpec, creation: String, to container: String)
        async throws
    {
        let made = try await docker.run(
            [
                "create", "--pull", Self.pull(request.podImage), "--label",
                "\(ClusterObjects.Key.creation)=\(creation)", request.podImage,
            ], timeout: request.startTimeout)
        guard made.isSuccess else { throw try await creationError(made, request: request) }
        let source = made.output.trimmed
        for program in PodTemplate.programNames {
            let path = "\(source):\(PodTemplate.programDirectory)/\(program)"
            let title = "hand over \(program)"
            try await copy(to: PodTemplate.programDirectory, named: program, in: container, doing: title) {
                _ = try await docker.output(["cp", path, $0], doing: title, timeout: .seconds(120))
            }
        }
        _ = try await docker.output(["rm", "--volumes", source], doing: "remove a container that never ran")
    }

    /// Puts the spec into the container before it starts, readable for root alone.
    private func handOver(_ spec: ClusterSpec, to container: String) async throws {
        try await copy(
            to: "/etc/kinkajou", named: "spec.json", in: container, doing: "hand over the spec"
        ) { try Files.replace($0, with: try spec.text(), mode: 0o600) }
    }

    /// Hands a node image of this engine over as an archive: the engine in the container begins empty, and would pull
    /// it. Not where the container's own image brings it along.
    private func handOver(_ image: String, to container: String, of podImage: String) async throws {
        let label = "{{index .Config.Labels \"dev.kinkajou.node-image\"}}"
        let found = try await docker.run(["image", "inspect", "--format", "{{.Id}}", image])
        let brought = try await docker.run(["image", "inspect", "--format", label, podImage])
        guard found.isSuccess, found.output.trimmed != brought.output.trimmed else { return }
        // The name is what the archives of a directory are chosen by.
        let name = String(image.map { "/:@".contains($0) ? "-" : $0 }) + ".tar"
        try await copy(to: "/images", named: name, in: container, doing: "hand over \(image)") {
            try await LocalImages().save([image], to: $0)
        }
    }

    /// Has a file written, and copies it into a container in a directory of its own, or one that is there.
    private func copy(
        to place: String, named name: String, in container: String, doing title: String,
        _ write: (String) async throws -> Void
    ) async throws {
        let parts = place.split(separator: "/").map(String.init)
        let parent = "/" + parts.dropLast().joined(separator: "/")
        let temporary = try LogExport.temporaryDirectory()
        let staged = temporary + "/" + (parts.last ?? "")
        defer {
            try? Files.remove(staged + "/" + name)
            try? Files.removeDirectory(staged)
            try? Files.removeDirectory(temporary)
        }
        try Files.makeDirectories(staged)
        try await write(staged + "/" + name)
        _ = try await docker.output(
            ["cp", staged, "\(container):\(parent)"], doing: title, timeout: .seconds(900))
    }

    /// Follows what happens in the container until the cluster is ready, or the container has ended.
    private func wait(for request: ClusterSpec, follower: any CreationFollower) async throws {
        let name = ClusterName.object(request.name)
        try await CreationRun(
            spec: request, hasProbes: false, follower: follower,
            run: { try await run($0, inContainer: name) },
            lastLines: { await lastLines(of: name) }
        ).untilReady(sources: [
            { feed in
                feed(.stage(.running, node: nil))
                try await docker.wait(for: name)
                feed(.stage(.failed(try await failure(of: request)), node: nil))
            }
        ])
    }

    /// Why the container has ended.
    private func failure(of request: ClusterSpec) async throws -> PodFailure {
        let state = try await container(of: request.name)?["State"] ?? .null
        if state["OOMKilled"].boolean == true { return .outOfMemory(limit: request.resources.memory) }
        return .agentFailed(
            status: state["ExitCode"].integer ?? -1,
            error: try await outcome(of: ClusterName.object(request.name)))
    }

    /// The last words of the agent, which are in a file of the container that has ended.
    private func outcome(of container: String) async throws -> KinkajouError? {
        let result = try await docker.run(["cp", "\(container):\(Defaults.outcomeFile)", "-"])
        // An archive of one file: tar(5), with a header of 512 bytes.
        guard result.isSuccess, result.output.utf8.count > 512 else { return nil }
        let text = String(decoding: result.output.utf8.dropFirst(512).prefix { $0 != 0 }, as: UTF8.self)
        return PodFailure.outcome(text.trimmed)
    }

    private func lastLines(of container: String) async -> [String] {
        guard let result = try? await docker.run(["logs", "--tail", "12", container]) else { return [] }
        return (result.output + result.errors).split(separator: "\n").map(String.init)
    }

    // MARK: - Deleting one

    /// Removes the container with its volumes; what is in it goes with it.
    public func delete(_ name: String) async throws -> DeletedCluster {
        let container = try await container(of: name)
        if let container { try await remove(container) }
        return DeletedCluster(
            ClusterIdentity(name: name, uid: container?["Id"].string, location: try await location()),
            wasThere: container != nil)
    }

    /// Stops a container, which takes the cluster down in order, and removes it: that one, and no later one of the name.
    private func remove(_ container: JSONValue) async throws {
        guard let id = container["Id"].string else { return }
        for words in [["stop", id], ["rm", "--force", "--volumes", id]] {
            let result = try await docker.run(words, timeout: .seconds(90))
            if result.isSuccess { continue }
            // One with a time to live goes by itself once it is stopped.
            for _ in 0..<50 {
                if try await containers(filters: ["id=\(id)"]).isEmpty { return }
                try await Task.sleep(for: .milliseconds(200))
            }
            throw KinkajouError(
                "cannot delete the container \(id.prefix(12)): docker \(words[0]): \(result.reason)",
                cure: "try again; `docker ps -a` shows what is left")
        }
    }

    /// Refused: what ends the container is its own command.
    public func extend(_ name: String, to lifetime: Duration) async throws -> String {
        _ = try await existing(name)
        throw KinkajouError(
            "a cluster in Docker lives as long as it was told when it was made",
            cure: "make it again with another --ttl, or without one")
    }

    // MARK: - Reaching one

    /// The published port of the API server, or its address in Docker's network.
    public func endpoint(of name: String, isInternal: Bool) async throws -> ClusterEndpoint {
        let container = try await existing(name)
        let text = try await output(["kinkajou", "inside", "kubeconfig", "--name", name], in: name)
        let url: String
        if isInternal {
            let address = ClusterRecord(container: container).address
            url = "https://\(address):\(Defaults.apiServerPort)"
        } else {
            let published = container["NetworkSettings"]["Ports"]["\(Defaults.apiServerPort)/tcp"][0]
            guard let port = published["HostPort"].string else {
                throw KinkajouError(
                    "the cluster \"\(name)\" does not run", cure: "see `kinkajou logs --name \(name)`")
            }
            // What listens at all addresses is reached here at the loopback's.
            let address = published["HostIp"].string.flatMap {
                ["", "0.0.0.0", "::"].contains($0) ? nil : $0
            }
            let host = address ?? "127.0.0.1"
            url = "https://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        }
        return try ClusterEndpoint(
            kindKubeconfig: text, route: .direct(url), serverName: nil,
            identity: ClusterIdentity(
                name: name, uid: container["Id"].string, location: try await location()))
    }

    // MARK: - Commands in it

    /// Runs a command in the container.
    public func run(_ command: RemoteCommand, in name: String) async throws -> RemoteResult {
        _ = try await existing(name)
        return try await run(command, inContainer: ClusterName.object(name))
    }

    private func run(_ command: RemoteCommand, inContainer container: String) async throws -> RemoteResult {
        let errors = CollectedText()
        return try await withTimeLimit(command.timeout, "`\(command.words.joined(separator: " "))`") {
            let status = try await docker.stream(
                ["exec"] + (command.input == nil ? [] : ["--interactive"]) + [container] + command.words,
                input: command.inputBuffers, output: command.outputBuffers, errors: { errors.append($0) })
            return RemoteResult(status: status, errors: errors.string)
        }
    }

    /// Runs a command in the container on our own streams.
    public func attach(_ command: [String], isTerminal: Bool, hasInput: Bool, in name: String) async throws
        -> Int32
    {
        _ = try await existing(name)
        let flags = (hasInput ? ["--interactive"] : []) + (isTerminal ? ["--tty"] : [])
        let container = ClusterName.object(name)
        // Docker ends nothing when its client goes.
        let wrapped = SessionWords(command, isDirect: true)
        return try await docker.with(held: ["exec", "--interactive", container] + wrapped.guardian) {
            try await docker.attach(["exec"] + flags + [container] + wrapped.command)
        }
    }

    /// The container's log.
    public func logs(
        of name: String, follow: Bool, tail: Int?, into take: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        _ = try await existing(name)
        var words = ["logs"]
        if follow { words.append("--follow") }
        if let tail { words += ["--tail", "\(tail)"] }
        try await withoutActuallyEscaping(take) { take in
            let give: @Sendable (ByteBuffer) async throws -> Void = {
                try await take(Array($0.readableBytesView))
            }
            let status = try await docker.stream(
                words + [ClusterName.object(name)], input: nil, output: give, errors: give)
            guard status == 0 else {
                throw KinkajouError(
                    "docker logs ended with exit status \(status)", cure: "see `docker ps -a`")
            }
        }
    }
}

extension ClusterRecord {
    /// Reads a cluster from what `docker inspect` says of its container.
    init(container: JSONValue) {
        let labels = container["Config"]["Labels"]
        let state = container["State"]
        self.init(name: labels[ClusterObjects.Key.cluster].string ?? "", namespace: "", status: .starting)
        switch state["Status"].string {
        case "running":
            switch state["Health"]["Status"].string {
            case "healthy": status = .ready
            case "unhealthy": (status, reason) = (.notReady, "its API server does not answer")
            default: status = .starting
            }
        case "exited", "dead":
            (status, reason) = (.failed, "exit status \(state["ExitCode"].integer ?? -1)")
            if labels[ClusterObjects.Key.lifetime].string != nil { status = .expired }
        case "removing": status = .terminating
        case let other: (status, reason) = (.pending, other ?? "")
        }
        nodes = labels[ClusterObjects.Key.nodes].string.flatMap { Int($0) }
        nodeImage = labels[ClusterObjects.Key.nodeImage].string ?? ""
        lifetime = labels[ClusterObjects.Key.lifetime].string.flatMap { Int64($0) }
        created = container["Created"].string ?? ""
        let networks = container["NetworkSettings"]["Networks"].object.values
        address = networks.compactMap { $0["IPAddress"].string }.first { !$0.isEmpty } ?? ""
    }
}
