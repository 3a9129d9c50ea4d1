internal import Glibc

/// A question in a datagram (UDP), and the answer to it.
public enum DatagramExchange {
    /// Why there was no answer.
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// The reason, in words.
        public var description: String
    }

    /// Asks, and waits for the answer that begins with the same two bytes, as those of DNS do. It blocks.
    ///
    /// - Parameters:
    ///   - server: An address of IPv4 or IPv6.
    ///   - limit: How long to wait.
    public static func ask(
        _ server: String, port: Int, _ question: [UInt8], within limit: Duration
    ) throws(Failure) -> [UInt8] {
        func failed(_ number: Int32) -> Failure { Failure(description: String(cString: strerror(number))) }
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(server, String(port), &hints, &found) == 0, let address = found?.pointee else {
            throw Failure(description: "not an address")
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failed(errno) }
        defer { close(descriptor) }
        let start = ContinuousClock.now
        // Connected, so that a refusal comes back as one, and nobody else can answer.
        guard connect(descriptor, address.ai_addr, address.ai_addrlen) == 0,
            send(descriptor, question, question.count, Int32(MSG_NOSIGNAL)) == question.count
        else { throw failed(errno) }
        var answer = [UInt8](repeating: 0, count: 4096)
        while true {
            let left = Int((limit - start.duration(to: .now)) / .milliseconds(1))
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard left > 0, poll(&entry, 1, Int32(left)) > 0 else {
                throw Failure(description: "no answer within \(limit.components.seconds) s")
            }
            let count = recv(descriptor, &answer, answer.count, 0)
            if count < 0 { throw failed(errno) }
            if count >= 2, answer[..<2] == question[..<2] { return Array(answer[..<count]) }
        }
    }
}
