/// Writes random configurations: valid JSON, with everything in it that makes clamping hard.
struct SpecGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func config() -> [UInt8] {
        var members = [member("process", process())]
        while chance(3) { members.append(filler()) }
        if chance(2) { members.append(member("linux", object([member("namespaces", value(depth: 2))]))) }
        if chance(8) { members.append(member("process", process())) }
        return Array((space() + object(members.shuffled(using: &random)) + space()).utf8)
    }

    private mutating func process() -> String {
        var members: [String] = []
        if !chance(8) { members.append(member("capabilities", capabilities())) }
        if !chance(4) { members.append(member("oomScoreAdj", score())) }
        if !chance(4) { members.append(member("rlimits", limits())) }
        if chance(10) { members.append(member("capabilities", capabilities())) }
        if chance(20) { members.append(member("rlimits", value(depth: 1))) }
        while chance(2) { members.append(filler()) }
        return chance(30) ? value(depth: 1) : object(members.shuffled(using: &random))
    }

    private mutating func capabilities() -> String {
        var lists: [String] = []
        for list in ["bounding", "effective", "inheritable", "permitted", "ambient", "somethingElse"]
        where !chance(6) {
            var names: [String] = []
            while !chance(6) { names.append(capability()) }
            lists.append(member(list, array(names)))
        }
        return object(lists)
    }

    private mutating func capability() -> String {
        let names = [
            "CAP_SYS_RESOURCE", "CAP_SYS_ADMIN", "CAP_CHOWN", "CAP_NET_RAW", "CAP_CHECKPOINT_RESTORE",
            "CAP_BPF",
            "CAP_UNHEARD_OF", "SYS_RESOURCE", "",
        ]
        return chance(30) ? value(depth: 1) : string(pick(names))
    }

    private mutating func score() -> String {
        chance(4) ? number() : String(Int.random(in: -1100...1100, using: &random))
    }

    private mutating func limits() -> String {
        var entries: [String] = []
        while !chance(4) {
            let types = ["RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_NPROC", "RLIMIT_ODD", "NOFILE"]
            var members = [
                member("type", string(pick(types))), member("hard", limit()), member("soft", limit()),
            ]
            if chance(8) { members.append(member("hard", limit())) }
            if chance(8) { members.removeFirst() }
            if chance(8) { members.append(filler()) }
            entries.append(chance(20) ? value(depth: 1) : object(members.shuffled(using: &random)))
        }
        return array(entries)
    }

    private mutating func limit() -> String {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: number()
        case 1: "18446744073709551615"
        default: String(UInt64.random(in: 0...4096, using: &random))
        }
    }

    // MARK: JSON in general

    private mutating func filler() -> String {
        member(
            pick(["ociVersion", "root", "args", "x", "", "processes", "Proces", "annotations"]),
            value(depth: 3))
    }

    private mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
        case 0: number()
        case 1: pick(["true", "false", "null"])
        case 2, 3: string(pick(["", "CAP_SYS_RESOURCE", "}", "a\"b\\c", "tab\there", "ümläut 🦊", "[1,2"]))
        case 4: object((0..<Int.random(in: 0...3, using: &random)).map { _ in filler(depth: depth - 1) })
        default: array((0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth: depth - 1) })
        }
    }

    private mutating func filler(depth: Int) -> String {
        member(pick(["hard", "soft", "process", "k"]), value(depth: depth))
    }

    private mutating func number() -> String {
        pick([
            "0", "-0", "1e400", "-1.50", "0.1E-7", "9007199254740993", "18446744073709551616", "-999",
            "1000.0",
        ])
    }

    private mutating func member(_ key: String, _ value: String) -> String {
        var written = key
        if chance(6) { written = written.uppercased() }
        if chance(12) { written = written.lowercased() }
        if chance(12) { written = String(written.map { $0 == "s" ? "\u{17F}" : $0 }) }
        return space() + string(written) + space() + ":" + value
    }

    private mutating func object(_ members: [String]) -> String {
        space() + "{" + members.joined(separator: ",") + space() + "}" + space()
    }

    private mutating func array(_ elements: [String]) -> String {
        space() + "[" + elements.joined(separator: space() + ",") + space() + "]" + space()
    }

    /// A string, some of its characters escaped without need.
    private mutating func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
                || (scalar.value < 0x10000 && chance(40))
            {
                let digits = String(scalar.value, radix: 16, uppercase: chance(2))
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return space() + result + "\"" + space()
    }

    private mutating func space() -> String {
        chance(4) ? pick([" ", "\n", "\t", "\r\n", "  \n"]) : ""
    }

    private mutating func pick(_ choices: [String]) -> String {
        choices[Int.random(in: choices.indices, using: &random)]
    }

    /// True in one of `n` cases.
    private mutating func chance(_ n: Int) -> Bool {
        Int.random(in: 0..<n, using: &random) == 0
    }
}
