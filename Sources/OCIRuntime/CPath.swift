internal import Glibc

/// Calls `body` with a path as the C library wants it. Paths are bytes: they need not be UTF-8.
func withCPath<Result>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    (path + [0]).withUnsafeBufferPointer { bytes in
        bytes.withMemoryRebound(to: CChar.self) { characters in
            // Never empty: there is at least the NUL.
            characters.baseAddress.map(body) ?? body("")
        }
    }
}

/// The bytes of a string of the C library, without its NUL.
func bytes(of text: UnsafePointer<CChar>) -> [UInt8] {
    UnsafeBufferPointer(start: text, count: strlen(text)).map(UInt8.init(bitPattern:))
}
