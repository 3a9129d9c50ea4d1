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
}

/// The process's environment.
public enum Environment {
    /// The value of a variable; nil where it is not set.
    public static func value(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// All variables.
    public static func all() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return variables
    }
}
