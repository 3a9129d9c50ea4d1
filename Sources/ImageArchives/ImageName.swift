/// Names of images as containerd and the kubelet write them: with registry, path and tag or digest.
///
/// Follows the grammar of <https://github.com/distribution/reference>.
public enum ImageName {
    /// The full name: `nginx` is `docker.io/library/nginx:latest`. A tag beside a digest is left out, as the kubelet's
    /// runtime does it. nil where it is no name of an image.
    public static func normalised(_ name: String) -> String? {
        var rest = name[...]
        var digest: Substring?
        if let at = rest.firstIndex(of: "@") {
            digest = rest[rest.index(after: at)...]
            rest = rest[..<at]
            guard let digest, ContentDigest(digest) != nil else { return nil }
        }
        var registry = "docker.io"
        if let slash = rest.firstIndex(of: "/"), isRegistry(rest[..<slash]) {
            registry = String(rest[..<slash])
            rest = rest[rest.index(after: slash)...]
            guard registry.utf8.allSatisfy(isRegistryByte) else { return nil }
            if registry == "index.docker.io" { registry = "docker.io" }
        }
        var tag: Substring?
        if let colon = rest.lastIndex(of: ":") {
            tag = rest[rest.index(after: colon)...]
            rest = rest[..<colon]
            guard let tag, isTag(tag) else { return nil }
        }
        guard isPath(rest) else { return nil }
        if registry == "docker.io", !rest.contains("/") {
            // 64 digits are the ID of an image, not its name.
            guard ContentDigest(hex: rest) == nil else { return nil }
            rest = "library/" + rest
        }
        let full = registry + "/" + rest
        // The limit is that of the full name, so that who receives it takes it too.
        guard full.utf8.count <= 255 else { return nil }
        if let digest { return full + "@" + digest }
        return full + ":" + (tag ?? "latest")
    }

    /// The digest in a name; nil where there is none.
    public static func digest(of name: String) -> ContentDigest? {
        name.firstIndex(of: "@").flatMap { ContentDigest(name[name.index(after: $0)...]) }
    }

    /// A name without its digest, and with a tag: what an image that was asked for by its digest can be called where
    /// names with digests cannot be given.
    public static func tagged(_ name: String) -> String {
        guard let digest = digest(of: name), let at = name.firstIndex(of: "@") else { return name }
        let rest = name[..<at]
        let last = rest.split(separator: "/").last ?? rest
        return last.contains(":") ? String(rest) : "\(rest):sha256-\(digest.hex.prefix(12))"
    }

    /// Whether the part before the first slash is a registry, and not the beginning of the path.
    private static func isRegistry(_ part: Substring) -> Bool {
        part == "localhost" || part.contains(".") || part.contains(":") || part.contains { $0.isUppercase }
    }

    private static func isRegistryByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || ".-:[]".utf8.contains(byte)
    }

    private static func isTag(_ tag: Substring) -> Bool {
        guard (1...128).contains(tag.utf8.count), let first = tag.utf8.first else { return false }
        return (isAlphanumeric(first) || first == UInt8(ascii: "_"))
            && tag.utf8.allSatisfy { isAlphanumeric($0) || "_.-".utf8.contains($0) }
    }

    private static func isPath(_ path: Substring) -> Bool {
        path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.first, let last = part.last else { return false }
            return part.allSatisfy { isLowerAlphanumeric($0) || "._-".utf8.contains($0) }
                && isLowerAlphanumeric(first) && isLowerAlphanumeric(last)
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowerAlphanumeric(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
