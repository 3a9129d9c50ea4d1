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
        // For the root, its name servers: every server that has the world behind it knows them.
        let question = DNSMessage.query(
            name, name.isEmpty ? .nameServer : .address, identifier: .random(in: .min ... .max))
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
        let start = ContinuousClock.now
        do throws(DatagramExchange.Failure) {
            // Whatever is answered, the server is there.
            _ = try DatagramExchange.ask(server, port: 53, question, within: limit)
            return NameServerProbe(server: server, milliseconds: start.duration(to: .now) / .milliseconds(1))
        } catch {
            return NameServerProbe(server: server, milliseconds: nil, failure: "\(error)")
        }
    }
}
