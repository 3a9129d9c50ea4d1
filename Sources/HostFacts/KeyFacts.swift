/// The kernel keys of this user (keyrings(7)). runc makes a keyring for every container.
public struct KeyFacts: Sendable, Equatable, Codable {
    /// How many the user has.
    public var used: Int
    /// How many it may have.
    public var limit: Int

    /// Facts from their parts.
    public init(used: Int, limit: Int) {
        self.used = used
        self.limit = limit
    }

    /// Finds a user's line in a `/proc/key-users` text: `UID: usage nkeys/nikeys qnkeys/maxkeys
    /// qnbytes/maxbytes`.
    public static func parse(_ text: String, userID: Int) -> KeyFacts? {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 4, words[0] == "\(userID):" else { continue }
            let numbers = words[3].split(separator: "/").compactMap { Int($0) }
            return numbers.count == 2 ? KeyFacts(used: numbers[0], limit: numbers[1]) : nil
        }
        return nil
    }
}
