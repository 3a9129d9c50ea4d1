import Glibc
import TestSupport
import Testing

/// An init program, and how it is started.
struct InitUnderTest: Sendable, CustomTestStringConvertible {
    enum Program: String, CaseIterable {
        case kinkajou = "kinkajou-init"
        case tini
    }

    enum Place: String, CaseIterable {
        /// PID 1 of a new PID namespace.
        case namespaceInit = "PID 1"
        /// `-s`, in the namespace of the test.
        case subreaper
    }

    var program = Program.kinkajou
    var place = Place.namespaceInit

    static let places = Place.allCases.map { InitUnderTest(place: $0) }
    static let subreaper = InitUnderTest(place: .subreaper)

    var testDescription: String { "\(program.rawValue) as \(place.rawValue)" }

    var path: String {
        get throws {
            switch program {
            case .kinkajou: try BuiltBinary.path("kinkajou-init")
            case .tini: "/usr/bin/tini"
            }
        }
    }

    /// How to start it with options and a command.
    func setup(_ words: [String]) throws -> ChildProcess.Setup {
        let options = place == .subreaper ? ["-s"] : []
        var setup = ChildProcess.Setup(try path, options + words)
        setup.isNamespaceInit = place == .namespaceInit
        return setup
    }

    /// Starts it with options and a shell script as its command.
    func start(_ options: [String] = [], script: String) throws -> ChildProcess {
        try ChildProcess(setup(options + ["--", "/bin/sh", "-c", script]))
    }

    func run(_ options: [String] = [], script: String) throws -> Command.Result {
        try Command.run(setup(options + ["--", "/bin/sh", "-c", script]))
    }
}

/// A directory for one test.
final class Scratch {
    let path: String

    init() {
        path = "/tmp/kinkajou-test-" + String(UInt64.random(in: .min ... .max), radix: 36)
        mkdir(path, 0o755)
    }

    /// Writes a file into it, and returns its path.
    func file(_ name: String, _ text: String, mode: mode_t = 0o755) -> String {
        let full = "\(path)/\(name)"
        let descriptor = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
        close(descriptor)
        chmod(full, mode)
        return full
    }

    deinit { _ = try? Command.run(["rm", "-rf", path]) }
}

/// The shell waits for this without ending, and runs its traps at once.
let waitForever = "sleep 1000 & p=$!; while :; do wait $p; done"
