/// Questions of DNS and what their answers say (RFC 1035). Pure.
public enum DNSMessage {
    /// What is asked for.
    public enum RecordType: UInt16, Sendable {
        /// A: an address of IPv4.
        case address = 1
        /// NS: the name servers of a domain.
        case nameServer = 2
        /// AAAA: an address of IPv6 (RFC 3596).
        case addressIPv6 = 28
    }

    /// A question of class IN, with recursion desired.
    ///
    /// - Parameter name: Empty: the root.
    public static func query(_ name: String, _ type: RecordType, identifier: UInt16) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(identifier >> 8), UInt8(identifier & 0xff), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in name.split(separator: ".") {
            bytes.append(UInt8(min(label.utf8.count, 63)))
            bytes += label.utf8.prefix(63)
        }
        return bytes + [0, UInt8(type.rawValue >> 8), UInt8(type.rawValue & 0xff), 0, 1]
    }

    /// Why an answer has no record in it; nil: it has.
    public static func failure(in answer: [UInt8], to question: [UInt8]) -> String? {
        guard answer.count >= 12, answer.starts(with: question.prefix(2)) else {
            return "the answer is not one to the question"
        }
        let code = answer[3] & 0xf
        let count = UInt16(answer[6]) << 8 | UInt16(answer[7])
        if code == 0, count > 0 { return nil }
        let words: [UInt8: String] = [0: "no address", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"]
        return words[code] ?? "response code \(code)"
    }
}
