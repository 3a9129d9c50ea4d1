@testable import OCIRuntime

/// What clamping means, said a second time and as plainly as possible, on a tree.
struct ClampModel {
    let granted: Granted

    func clampConfig(_ config: JSONTree) -> JSONTree {
        config.mappingMembers { key, value in key == "process" ? clampProcess(value) : value }
    }

    func clampProcess(_ process: JSONTree) -> JSONTree {
        process.mappingMembers { key, value in
            switch (key, value) {
            case ("capabilities", _):
                value.mappingMembers { list, names in
                    ["bounding", "effective", "inheritable", "permitted", "ambient"].contains(list)
                        ? clampCapabilities(names) : names
                }
            case ("oomscoreadj", .token(let text)):
                .token(clampOOMScore(text))
            case ("rlimits", .array(let limits)):
                .array(limits.map(clampLimit))
            default:
                value
            }
        }
    }

    private func clampCapabilities(_ names: JSONTree) -> JSONTree {
        guard case .array(let names) = names else { return names }
        return .array(
            names.filter { name in
                guard case .string(let name) = name, let set = granted.capabilities,
                    let capability = Capability(foldedName: Array(name.folded.utf8))
                else { return true }
                return set & (1 << UInt64(capability.number)) != 0
            })
    }

    private func clampOOMScore(_ text: String) -> String {
        guard let score = Int(text), let lowest = granted.lowestOOMScore, score >= -1000, score < lowest
        else {
            return text
        }
        return String(lowest)
    }

    /// Go reads no sign into an unsigned integer, not even that of `-0`.
    private func limitValue(_ text: String) -> UInt64? {
        text.hasPrefix("-") ? nil : UInt64(text)
    }

    private func clampLimit(_ limit: JSONTree) -> JSONTree {
        guard case .object(let members) = limit else { return limit }
        var type: String?
        var hard: UInt64?
        var soft: UInt64 = 0
        for member in members {
            switch (member.key.folded, member.value) {
            case ("type", .string(let text)): type = text.folded
            case ("type", _): type = nil
            case ("hard", .token(let text)):
                guard let number = limitValue(text) else { return limit }
                hard = number
            case ("soft", .token(let text)):
                guard let number = limitValue(text) else { return limit }
                soft = number
            case ("hard", _), ("soft", _): return limit
            default: break
            }
        }
        guard let resource = type.flatMap({ ResourceLimit(foldedName: Array($0.utf8)) }), let hard,
            soft <= hard,
            let highest = granted.highestLimit[resource.number]
        else { return limit }
        return limit.mappingMembers { key, value in
            guard key == "hard" || key == "soft", case .token(let text) = value, let number = limitValue(text)
            else {
                return value
            }
            return number > highest ? .token(String(highest)) : value
        }
    }
}

extension JSONTree {
    /// The object with each value replaced, by its key in lower case; other values are what they are.
    func mappingMembers(_ transform: (String, JSONTree) -> JSONTree) -> JSONTree {
        guard case .object(let members) = self else { return self }
        return .object(members.map { Member(key: $0.key, value: transform($0.key.folded, $0.value)) })
    }
}

extension String {
    /// Lower case as Go's `encoding/json` sees keys.
    var folded: String {
        var result = UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar {
            case "\u{17F}": result.append("s")
            case "\u{212A}": result.append("k")
            case "A"..."Z": result.append(Unicode.Scalar(UInt8(scalar.value) + 0x20))
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
