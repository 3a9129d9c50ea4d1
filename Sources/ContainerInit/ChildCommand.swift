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
        let copies = Self.copies(of: words, in: commandLine)
        guard let first = copies.first, let program = first, let executable = strdup(program) else {
            return nil
        }
        self.init(copies: copies, executable: executable, searchesPath: true)
    }

    /// An executable file under a name of its own choice, with words of the init's own command line behind others.
    /// `nil` when memory is out.
    init?(
        executable: String, name: String, leading: [String] = [], arguments words: [Int],
        of commandLine: [String]
    ) {
        guard let executable = strdup(executable) else { return nil }
        self.init(
            copies: [strdup(name)] + leading.map { (word: String) in strdup(word) }
                + Self.copies(of: words, in: commandLine),
            executable: executable, searchesPath: false)
    }

    /// Words of the init's own command line. The Swift strings have invalid UTF-8 repaired; the last words of this
    /// process's command line are the same ones, as they were given.
    private static func copies(
        of words: [Int], in commandLine: [String]
    ) -> [UnsafeMutablePointer<CChar>?] {
        let offset = Int(clinux_argument_count()) - commandLine.count
        let original = clinux_arguments()
        return words.map { index -> UnsafeMutablePointer<CChar>? in
            if offset >= 0, let word = original?[offset + index],
                String(decoding: UnsafeRawBufferPointer(start: word, count: strlen(word)), as: UTF8.self)
                    == commandLine[index]
            {
                return strdup(word)
            }
            return strdup(commandLine[index])
        }
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
