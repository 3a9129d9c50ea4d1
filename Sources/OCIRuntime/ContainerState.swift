internal import Glibc

/// What the runtime keeps about a container that exists.
enum ContainerState {
    /// Whether a container lives in another user namespace than this process: what its runtime wrote
    /// down names its first process, and the kernel tells that one's namespace. False if in doubt.
    static func isInOtherUserNamespace(container: [UInt8]?, root: [UInt8]?) -> Bool {
        guard let container, !container.isEmpty, !container.contains(UInt8(ascii: "/")) else { return false }
        // The file and the key differ: `state.json` is runc's, `status` is crun's.
        let candidates: [(root: StaticString, file: StaticString, key: StaticString)] = [
            ("/run/runc", "/state.json", "init_process_pid"), ("/run/crun", "/status", "pid"),
        ]
        for candidate in candidates {
            let directory = (root ?? Array(candidate.root.bytes)) + [UInt8(ascii: "/")] + container
            guard let file = SpecFile(path: directory + candidate.file.bytes),
                let pid = integer(candidate.key, in: file.text)
            else { continue }
            return isOther("/proc/\(pid)/ns/user")
        }
        return false
    }

    /// The positive integer that is a member of an object.
    static func integer(_ name: StaticString, in text: [UInt8]) -> Int? {
        var scanner = JSONScanner(text)
        var found: Int?
        try? scanner.readObject { (scanner, key) throws(JSONSyntaxError) in
            let isWanted = scanner.foldedName(key).elementsEqual(name.bytes)
            let value = try scanner.skipValue()
            if isWanted { found = Int(String(decoding: scanner.text[value], as: UTF8.self)) }
        }
        return found.flatMap { $0 > 0 ? $0 : nil }
    }

    private static func isOther(_ path: String) -> Bool {
        var own = stat()
        var other = stat()
        guard stat("/proc/self/ns/user", &own) == 0, stat(path, &other) == 0 else { return false }
        return own.st_ino != other.st_ino || own.st_dev != other.st_dev
    }
}
