internal import HostFacts
internal import Linux

/// One DNS question, asked from inside a Pod's network as its programs would ask it (RFC 1035).
///
/// No image that is sure to be in every node has a resolver in it, so this process itself steps into the
/// Pod's network namespace, in a thread of its own.
enum PodLookup {
    /// How long an answer may take.
    private static let limit = Duration.seconds(2)

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

    /// Asks for the address of a name, of the family in which the server itself is reached.
    static func lookUp(_ name: String, server: String, inPodOf pid: Int32) async -> Outcome {
        let question = DNSMessage.query(
            name, server.contains(":") ? .addressIPv6 : .address, identifier: .random(in: .min ... .max))
        do {
            return try await NetworkNamespace.run(ofProcess: pid) {
                do throws(DatagramExchange.Failure) {
                    let answer = try DatagramExchange.ask(server, port: 53, question, within: limit)
                    return judge(answer, to: question, name: name)
                } catch {
                    return .failed("\(server): \(error)")
                }
            }
        } catch {
            return .failed("\(error)")
        }
    }

    /// Whether an answer has an address in it.
    static func judge(_ answer: [UInt8], to question: [UInt8], name: String) -> Outcome {
        DNSMessage.failure(in: answer, to: question).map { .failed("\(name): \($0)") } ?? .answered
    }
}
