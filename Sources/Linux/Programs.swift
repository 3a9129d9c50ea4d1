internal import Glibc

/// Finds programs as a shell does.
public enum Programs {
    /// Where programs are looked for when PATH is not set.
    public static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// The first file of that name on PATH that can be executed.
    ///
    /// - Parameters:
    ///   - name: The name; a path is taken as it is.
    ///   - path: What to take for PATH; nil: the environment's.
    ///   - root: What every path is put behind for the look at the file; empty: nothing.
    public static func find(_ name: String, path: String? = nil, root: String = "") -> String? {
        if name.contains("/") { return Files.isExecutable(root + name) ? name : nil }
        let path = path ?? Environment.value("PATH") ?? defaultPath
        for directory in path.split(separator: ":", omittingEmptySubsequences: false) {
            let candidate = (directory.isEmpty ? "." : String(directory)) + "/" + name
            if Files.isExecutable(root + candidate) { return candidate }
        }
        return nil
    }

    /// The file of that name in the directory of another one; nil where there is none that can be executed.
    public static func beside(_ path: String, name: String) -> String? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        let candidate = path[...slash] + name
        return Files.isExecutable(String(candidate)) ? String(candidate) : nil
    }
}

/// The process's environment.
public enum Environment {
    /// The value of a variable; nil where it is not set.
    public static func value(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// All variables, with what is no UTF-8 replaced.
    public static func all() -> [String: String] {
        .init(
            native().map { ($0.description, $1.description) }, uniquingKeysWith: { first, _ in first })
    }

    /// All variables, byte for byte, but for what `variables` says otherwise: those that it lacks are left out.
    ///
    /// - Parameter variables: What became of ``all()``.
    public static func native(changedTo variables: [String: String]) -> [NativeString: NativeString] {
        var rest = variables
        var result: [NativeString: NativeString] = [:]
        for (name, value) in native() where variables[name.description] == value.description {
            result[name] = value
            rest[name.description] = nil
        }
        for (name, value) in rest { result[NativeString(name)] = NativeString(value) }
        return result
    }

    /// All variables. Of two with one name the first counts, as for getenv(3).
    private static func native() -> [NativeString: NativeString] {
        var variables: [NativeString: NativeString] = [:]
        var next = environ
        while let entry = next.pointee {
            let bytes = NativeString(entry).bytes
            if let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
                let name = NativeString(bytes: bytes[..<equals])
                if variables[name] == nil { variables[name] = NativeString(bytes: bytes[(equals + 1)...]) }
            }
            next += 1
        }
        return variables
    }
}
