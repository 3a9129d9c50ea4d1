import NIOCore

/// An image with one empty layer, as `docker save` would write it: about 4 KiB, made without any tool.
struct TinyImage {
    /// The archive's bytes.
    let archive: ByteBuffer

    /// SHA-256 of 1024 zeros, an empty tar archive.
    private static let emptyLayer = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"

    init(reference: String) {
        // The label makes it an image of its own, which removing does not take from others.
        let config = """
            {"architecture":"amd64","os":"linux","created":"2024-01-01T00:00:00Z",\
            "config":{"Cmd":["/none"],"Labels":{"kinkajou.test":"\(reference)"}},\
            "rootfs":{"type":"layers","diff_ids":["sha256:\(Self.emptyLayer)"]},\
            "history":[{"created":"2024-01-01T00:00:00Z"}]}
            """
        let manifest =
            #"[{"Config":"config.json","RepoTags":["\#(reference)"],"Layers":["layer/layer.tar"]}]"#
        var archive = ByteBuffer()
        for (name, content) in [
            ("config.json", ByteBuffer(string: config)),
            ("layer/layer.tar", ByteBuffer(repeating: 0, count: 1024)),
            ("manifest.json", ByteBuffer(string: manifest)),
        ] {
            archive.writeImmutableBuffer(Self.header(name: name, length: content.readableBytes))
            archive.writeImmutableBuffer(content)
            archive.writeRepeatingByte(0, count: (512 - content.readableBytes % 512) % 512)
        }
        archive.writeRepeatingByte(0, count: 1024)
        self.archive = archive
    }

    /// A header of the ustar format (POSIX.1-1988) for a plain file.
    private static func header(name: String, length: Int) -> ByteBuffer {
        func octal(_ number: Int, digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        var header = ByteBuffer(repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) { header.setString(text, at: offset) }
        put(name, at: 0)
        put(octal(0o644, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(length, digits: 11), at: 124)
        put(octal(0, digits: 11), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar\u{0}00", at: 257)
        let sum = header.readableBytesView.reduce(0) { $0 + Int($1) }
        put(octal(sum, digits: 6) + "\u{0} ", at: 148)
        return header
    }
}
