/// What extended headers say of the entry after them (pax(1), tar(5)).
struct TarExtension {
    var name: String?
    var link: String?
    var size: Int64?
    var isSparse = false

    mutating func take(records bytes: [UInt8], path: String) throws(ImageArchiveError) {
        var rest = bytes[...]
        while let first = rest.first, first != 0 {
            // "LENGTH KEY=VALUE\n", where LENGTH counts all of it.
            guard let space = rest.firstIndex(of: UInt8(ascii: " ")),
                let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
                length > space - rest.startIndex + 1, length <= rest.count,
                rest[rest.startIndex + length - 1] == UInt8(ascii: "\n")
            else { throw .malformed(path, "an extended header in it is broken") }
            let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
            rest = rest.dropFirst(length)
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let value = String(decoding: record[(equals + 1)...], as: UTF8.self)
            switch String(decoding: record[..<equals], as: UTF8.self) {
            case "path": name = value
            case "linkpath": link = value
            case "size":
                guard let number = Int64(value), number >= 0 else {
                    throw .malformed(path, "an extended header in it gives no valid size")
                }
                size = number
            case let key where key.hasPrefix("GNU.sparse."): isSparse = true
            default: break
            }
        }
    }
}
