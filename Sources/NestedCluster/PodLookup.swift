internal import Glibc
internal import Linux

/// One DNS question, asked from inside a Pod's network as its programs would ask it (RFC 1035).
///
/// No image that is sure to be in every node has a resolver in it, so this process itself steps into the
/// Pod's network namespace, in a thread of its own.
enum PodLookup {
    enum Outcome: Sendable, Equatable {
        case answered
        case failed(String)
    }

    /// The process of a Pod: its cgroup's path has the Pod's UID in it, with `-` or, under systemd, `_`.
    static func process(ofPod uid: String) -> Int32? {
        let other = String(uid.map { $0 == "-" ? "_" : $0 })
        return Files.names(in: "/proc").compactMap { Int32($0) }.sorted().first { pid in
            guard let cgroups = try? Files.read("/proc/\(pid)/cgroup") else { return false }
            return cgroups.contains(uid) || cgroups.contains(other)
        }
    }

    /// What a Pod's resolver is told.
    struct Resolver: Equatable {
        /// Its first server.
        var server: String
        /// The domain of the cluster's Services.
        var domain: String

        /// Reads a `resolv.conf` (resolv.conf(5)); nil where it is not one of a cluster.
        init?(_ text: String) {
            let lines = text.split(separator: "\n").map { $0.split { $0 == " " || $0 == "\t" } }
            guard let server = lines.first(where: { $0.first == "nameserver" })?.dropFirst().first,
                let domain = lines.last(where: { $0.first == "search" })?.first(where: {
                    $0.hasPrefix("svc.")
                })
            else { return nil }
            self.server = String(server)
            self.domain = String(domain)
        }
    }

    /// That of a Pod, by one of its processes.
    static func resolver(of pid: Int32) -> Resolver? {
        (try? Files.read("/proc/\(pid)/root/etc/resolv.conf")).flatMap { Resolver($0) }
    }

    /// Asks for the address of a name.
    static func lookUp(_ name: String, server: String, inPodOf pid: Int32) async -> Outcome {
        do {
            return try await NetworkNamespace.run(ofProcess: pid) { ask(name, server: server) }
        } catch {
            return .failed("\(error)")
        }
    }

    private static func ask(_ name: String, server: String) -> Outcome {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(53).bigEndian
        guard inet_pton(AF_INET, server, &address.sin_addr) == 1 else {
            return .failed("\(server) is not an IPv4 address")
        }
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return .failed("socket: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var patience = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let identifier = UInt16.random(in: .min ... .max)
        let question = query(name, identifier: identifier)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0, send(descriptor, question, question.count, 0) == question.count else {
            return .failed("asking \(server): \(String(cString: strerror(errno)))")
        }
        var answer = [UInt8](repeating: 0, count: 1500)
        let count = recv(descriptor, &answer, answer.count, 0)
        guard count >= 0 else {
            return .failed(
                errno == EAGAIN
                    ? "\(server) did not answer" : "\(server): \(String(cString: strerror(errno)))")
        }
        return judge(Array(answer[..<count]), identifier: identifier, name: name)
    }

    /// A question of type A, class IN, with recursion desired.
    static func query(_ name: String, identifier: UInt16) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(identifier >> 8), UInt8(identifier & 0xff), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in name.split(separator: ".") {
            bytes.append(UInt8(min(label.utf8.count, 63)))
            bytes += label.utf8.prefix(63)
        }
        return bytes + [0, 0, 1, 0, 1]
    }

    /// Whether an answer has an address in it.
    static func judge(_ answer: [UInt8], identifier: UInt16, name: String) -> Outcome {
        guard answer.count >= 12, UInt16(answer[0]) << 8 | UInt16(answer[1]) == identifier else {
            return .failed("the answer is not one to the question")
        }
        let code = answer[3] & 0xf
        let count = UInt16(answer[6]) << 8 | UInt16(answer[7])
        if code == 0, count > 0 { return .answered }
        let words = [0: "no address", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"]
        return .failed("\(name): \(words[Int(code)] ?? "response code \(code)")")
    }
}
