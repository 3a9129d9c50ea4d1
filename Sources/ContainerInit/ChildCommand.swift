internal import CLinux
internal import Glibc

/// The program that the init runs: bytes for execve(2), which need not be UTF-8.
struct ChildCommand: ~Copyable {
    /// NULL-terminated.
    let arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    let executable: UnsafeMutablePointer<CChar>
    /// Whether `executable` is looked for in PATH, as a shell does.
    let searchesPath: Bool
    private let count: Int

    /// The words of the init's own command line at the given places; the first is the program. `nil` for
    /// no words.
    init?(words: [Int], of commandLine: [String]) {
        // The Swift strings have invalid UTF-8 repaired. The last words of this process's own command
        // line are the same ones, as they were given.
        let offset = Int(clinux_argument_count()) - commandLine.count
        let original = clinux_arguments()
        let copies = words.map { index -> UnsafeMutablePointer<CChar>? in
            if offset >= 0, let word = original?[offset + index],
                String(decoding: UnsafeRawBufferPointer(start: word, count: strlen(word)), as: UTF8.self)
                    == commandLine[index]
            {
                return strdup(word)
            }
            return strdup(commandLine[index])
        }
        guard let first = copies.first, let program = first, let executable = strdup(program) else {
            return nil
        }
        self.init(copies: copies, executable: executable, searchesPath: true)
    }

    /// An executable file under a name of its own choice. `nil` when memory is out.
    init?(executable: String, arguments: [String]) {
        guard let executable = strdup(executable) else { return nil }
        self.init(
            copies: arguments.map { (argument: String) in strdup(argument) }, executable: executable,
            searchesPath: false)
    }

    private init(
        copies: [UnsafeMutablePointer<CChar>?], executable: UnsafeMutablePointer<CChar>, searchesPath: Bool
    ) {
        count = copies.count
        arguments = .allocate(capacity: count + 1)
        for (index, copy) in copies.enumerated() { arguments.advanced(by: index).initialize(to: copy) }
        arguments.advanced(by: count).initialize(to: nil)
        self.executable = executable
        self.searchesPath = searchesPath
    }

    /// For messages.
    var name: String { String(cString: executable) }

    /// Whether the file is there, whatever is wrong with it.
    var exists: Bool { !searchesPath || name.contains("/") ? access(executable, F_OK) == 0 : false }

    deinit {
        for index in 0..<count { free(arguments[index]) }
        arguments.deallocate()
        free(executable)
    }
}
