internal import Glibc
public import HostFacts
internal import Linux

/// Asks DNS servers something (RFC 1035), each by itself: the C library's resolver tells only of all together.
public enum NameServerProber {
    private static let limit = Duration.seconds(2)
    /// resolv.conf(5): of more than three servers the others are ignored (MAXNS).
    private static let most = 3

    /// Makes the probe; a failure is part of its result.
    ///
    /// - Parameters:
    ///   - servers: Their addresses.
    ///   - name: What they are asked for; empty: the root.
    public static func probe(_ servers: [String], name: String) async -> [NameServerProbe] {
        let question = query(name)
        return await withTaskGroup(of: (Int, NameServerProbe).self) { group in
            for (index, server) in servers.prefix(most).enumerated() {
                group.addTask { (index, await BlockingWork.run { ask(server, question) }) }
            }
            var probes: [(Int, NameServerProbe)] = []
            for await probe in group { probes.append(probe) }
            return probes.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func ask(_ server: String, _ question: [UInt8]) -> NameServerProbe {
        func failed(_ reason: String) -> NameServerProbe {
            NameServerProbe(server: server, milliseconds: nil, failure: reason)
        }
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(server, "53", &hints, &found) == 0, let address = found?.pointee else {
            return failed("not an address")
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return failed(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        let start = ContinuousClock.now
        // Connected, so that a refusal comes back as one, and nobody else can answer.
        guard connect(descriptor, address.ai_addr, address.ai_addrlen) == 0,
            send(descriptor, question, question.count, Int32(MSG_NOSIGNAL)) == question.count
        else { return failed(String(cString: strerror(errno))) }
        var answer = [UInt8](repeating: 0, count: 4096)
        while true {
            let left = Int((limit - start.duration(to: .now)) / .milliseconds(1))
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard left > 0, poll(&entry, 1, Int32(left)) > 0 else {
                return failed("no answer within \(limit.components.seconds) s")
            }
            let count = recv(descriptor, &answer, answer.count, 0)
            if count < 0 { return failed(String(cString: strerror(errno))) }
            if count >= 12, answer[..<2] == question[..<2] {
                return NameServerProbe(
                    server: server, milliseconds: start.duration(to: .now) / .milliseconds(1))
            }
        }
    }

    /// A query: identifier, recursion desired, one question of class IN. For a name, its address; for the empty one,
    /// which is the root, the name servers: every server that has the world behind it knows them.
    static func query(_ name: String) -> [UInt8] {
        let labels = name.split(separator: ".").flatMap { [UInt8($0.utf8.count & 63)] + $0.utf8.prefix(63) }
        let type: UInt8 = name.isEmpty ? 2 : 1
        return [0x6b, 0x6a, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + labels + [0, 0, type, 0, 1]
    }
}
