internal import ClusterSpec
internal import EngineHost
internal import EnginePlan
internal import Glibc
internal import HostFacts
internal import Values

/// What would fail after minutes and is known at once.
enum ClusterPreconditions {
    /// With less, the control plane's own processes kill each other.
    static let leastMemory: UInt64 = 512 << 20
    /// What a node needs so that there is room for Pods.
    static let goodMemory = "1 GiB"

    /// A memory limit that no control plane fits in.
    static func memoryError(_ memory: MemoryFacts) -> KinkajouError? {
        guard let limit = memory.limit, limit < leastMemory else { return nil }
        return KinkajouError(
            "the container's memory limit of \(limit >> 20) MiB is too low for a cluster",
            cure:
                "raise it to \(goodMemory) or more: docker run --memory, or resources.limits.memory in a Pod",
            code: .clusterFailed)
    }

    /// An error of a cluster while processes were killed for want of memory: that is the cause, whatever is
    /// said.
    static func error(
        _ error: KinkajouError, before: MemoryFacts, after: MemoryFacts
    ) -> KinkajouError {
        let kills = after.kills - before.kills
        guard kills > 0, [.clusterFailed, .timedOut, .engineFailed].contains(error.code) else {
            return error
        }
        var error = error
        let limit = after.limit.map { "the container's memory limit of \($0 >> 20) MiB" } ?? "the memory"
        error.summary += ": \(limit) was used up, and the kernel killed \(kills) of its processes"
        error.cure =
            "give the container more memory: docker run --memory, or resources.limits.memory in a Pod"
            + " (\(goodMemory) and more)"
        return error
    }

    /// Tries whether the API server's address and port can be had.
    static func checkListener(_ cluster: Cluster) throws(KinkajouError) {
        let networking = cluster.networking
        guard let address = networking.apiServerAddress, let port = networking.apiServerPort, port > 0,
            let failure = Listener.failure(address: address, port: port)
        else { return }
        let what = "the API server cannot listen on \(address), port \(port)"
        switch failure {
        case EADDRINUSE:
            throw KinkajouError(
                "\(what): the port is taken",
                cure: "choose another with --api-server-port, or end what listens there",
                code: .clusterFailed)
        case EADDRNOTAVAIL:
            throw KinkajouError(
                "\(what): the address is not one of this container",
                cure: "correct --api-server-address or API_SERVER_ADDRESS, or leave it out", code: .usage)
        default:
            throw KinkajouError(
                "\(what): \(String(cString: strerror(failure)))",
                cure: "choose another --api-server-address or --api-server-port", code: .clusterFailed)
        }
    }
}

/// A listening TCP socket that is closed again at once.
enum Listener {
    /// Why there can be none, as `errno`; nil: there can.
    static func failure(address: String, port: Int) -> Int32? {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address, String(port), &hints, &found) == 0, let entry = found else {
            return EADDRNOTAVAIL
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(entry.pointee.ai_family, entry.pointee.ai_socktype, 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        // As servers do: connections of one before that are still going out do not count.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0,
            listen(descriptor, 1) == 0
        else { return errno }
        return nil
    }
}
