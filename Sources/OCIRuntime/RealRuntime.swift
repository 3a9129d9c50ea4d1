internal import CLinux
internal import Glibc

/// The OCI runtime that does the work.
struct RealRuntime: Equatable {
    /// Why there is none.
    enum LookupError: Error, Equatable, CustomStringConvertible {
        case notInPath([String], variable: String)
        case notThere(String)
        case relative(String)
        case isWrapper(String)

        var description: String {
            switch self {
            case .notInPath(let names, let variable):
                "no OCI runtime found: there is no \(names.joined(separator: " and no ")) in PATH. "
                    + "Install runc, or set \(variable) to the runtime's path"
            case .notThere(let path):
                "no OCI runtime found: \(variable) is \(path), which is no executable file"
            case .relative(let path):
                "no OCI runtime found: \(variable) is \(path); "
                    + "it must be an absolute path or a name to look up in PATH"
            case .isWrapper(let path):
                "no OCI runtime found: \(variable) is \(path), which is this wrapper itself. "
                    + "Set it to the path of runc or crun"
            }
        }

        private var variable: String { RealRuntime.variable }
    }

    /// The environment variable that names the runtime.
    static let variable = "KINKAJOU_OCI_RUNTIME"

    let path: [UInt8]

    /// The last part of the path.
    var name: [UInt8] {
        Array(path.split(separator: UInt8(ascii: "/")).last ?? [])
    }

    /// Finds the runtime: what `KINKAJOU_OCI_RUNTIME` names, else `runc`, else `crun` from PATH.
    ///
    /// Never this wrapper, whatever it is called and whichever build of it: it would hand over to
    /// itself for ever. In PATH it is passed over.
    static func find() throws(LookupError) -> RealRuntime {
        guard let given = environment(variable), !given.isEmpty else {
            return try find(named: ["runc", "crun"])
        }
        let text = String(decoding: given, as: UTF8.self)
        guard given.contains(UInt8(ascii: "/")) else { return try find(named: [text]) }
        guard given.first == UInt8(ascii: "/") else { throw .relative(text) }
        switch examine(given) {
        case .runtime: return RealRuntime(path: given)
        case .wrapper: throw .isWrapper(text)
        case .nothing: throw .notThere(text)
        }
    }

    private static func find(named names: [String]) throws(LookupError) -> RealRuntime {
        let usual = Array("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".utf8)
        let directories = (environment("PATH") ?? usual).split(separator: UInt8(ascii: ":"))
        for name in names {
            // Relative entries are passed over: a bundle's directory is no place to find programs in.
            for directory in directories where directory.first == UInt8(ascii: "/") {
                let path = directory + [UInt8(ascii: "/")] + Array(name.utf8)
                if examine(Array(path)) == .runtime { return RealRuntime(path: Array(path)) }
            }
        }
        throw .notInPath(names, variable: variable)
    }

    private enum Finding {
        case runtime, wrapper, nothing
    }

    private static func examine(_ path: [UInt8]) -> Finding {
        var status = stat()
        guard withCPath(path, { stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG,
            withCPath(path, { access($0, X_OK) }) == 0
        else { return .nothing }
        let descriptor = withCPath(path) { open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY) }
        // Executable but not readable: not ours to judge.
        guard descriptor >= 0 else { return .runtime }
        defer { close(descriptor) }
        return clinux_is_own_executable(descriptor) ? .wrapper : .runtime
    }

    private static func environment(_ name: String) -> [UInt8]? {
        getenv(name).map { bytes(of: $0) }
    }

    /// Becomes the runtime; returns only if that fails.
    func exec(arguments: [[UInt8]]) -> SystemError {
        var vector: [UnsafeMutablePointer<CChar>?] = ([name] + arguments).map { argument in
            withCPath(argument) { strdup($0) }
        }
        vector.append(nil)
        _ = withCPath(path) { execv($0, vector) }
        return SystemError()
    }
}
