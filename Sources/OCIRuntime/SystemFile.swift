internal import Glibc

/// The small files of /proc that hold one number.
enum SystemFile {
    /// Reads the number; nil if the file cannot be read or holds none.
    static func readInteger(_ path: StaticString) -> Int? {
        let descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return nil }
        let digits = buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    /// Writes the number; the error if the kernel does not take it.
    static func writeInteger(_ value: Int, to path: StaticString) -> SystemError? {
        let descriptor = path.withCString { open($0, O_WRONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { return SystemError() }
        defer { close(descriptor) }
        let text = Array(String(value).utf8)
        guard text.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == text.count else {
            return SystemError()
        }
        return nil
    }
}

extension StaticString {
    fileprivate func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        // A static string ends with a NUL that its length does not count.
        utf8Start.withMemoryRebound(to: CChar.self, capacity: utf8CodeUnitCount + 1, body)
    }
}
