public import Values

/// A value of any shape, with all that is hard to write and read: control characters, quotes, the largest numbers.
public func randomJSON(depth: Int, using generator: inout some RandomNumberGenerator) -> JSONValue {
    func text() -> String {
        let alphabet: [Character] = [
            "a", "é", "\n", "\"", "\\", "/", "😀", "\t", "\u{1}", " ", ":", "#", "-", "0",
        ]
        return String(
            (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            })
    }
    switch Int.random(in: 0...(depth < 4 ? 7 : 5), using: &generator) {
    case 0: return .null
    case 1: return .bool(.random(using: &generator))
    case 2: return .integer(.random(in: .min ... .max, using: &generator))
    case 3: return .number(Double.random(in: -1...1, using: &generator) + 0.123)
    case 4, 5: return .string(text())
    case 6:
        return .array(
            (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                randomJSON(depth: depth + 1, using: &generator)
            })
    default:
        var members: [String: JSONValue] = [:]
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            members[text()] = randomJSON(depth: depth + 1, using: &generator)
        }
        return .object(members)
    }
}
