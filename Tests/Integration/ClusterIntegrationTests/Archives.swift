import Foundation
import TestSupport

/// Archives of images for nested engines and clusters, each made once.
enum Archives {
    /// The node image.
    static func node() throws -> String {
        try made("node") { path in
            try Command.require("docker", "save", "-o", path, ImageUnderTest.node.name, seconds: 300)
        }
    }

    /// The name of the image with a web server and a client.
    static let webName = "docker.io/library/web:kinkajou"

    /// busybox with a page to serve.
    static func web() throws -> String {
        try busybox("web:kinkajou", files: ["srv/index.html": "it works\n"])
    }

    /// An image of busybox, from Debian's static package, and some files (path inside, contents).
    static func busybox(
        _ name: String, files: [String: String] = [:], architecture: String? = nil
    ) throws -> String {
        try made(name.replacingOccurrences(of: ":", with: "-")) { path in
            let tree = path + ".tree"
            defer { try? FileManager.default.removeItem(atPath: tree) }
            for directory in ["bin", "tmp", "etc", "proc", "dev", "sys"] {
                try FileManager.default.createDirectory(
                    atPath: "\(tree)/\(directory)", withIntermediateDirectories: true)
            }
            try Command.require("install", "-m", "0755", "/bin/busybox", "\(tree)/bin/busybox")
            try Command.require("chroot", tree, "/bin/busybox", "--install", "-s", "/bin")
            for (file, contents) in files {
                let url = URL(fileURLWithPath: "\(tree)/\(file)")
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try contents.write(to: url, atomically: true, encoding: .utf8)
            }
            try Command.require(
                "sh", "-c", "tar -C \(tree) -c . | docker import -c 'CMD [\"sh\"]' - \(name)")
            defer { _ = try? Command.run(["docker", "rmi", name]) }
            try Command.require("docker", "save", "-o", path, name)
            if let architecture { try change(path, to: architecture) }
        }
    }

    /// Has an archive say that its image is for another architecture; `docker import` always names this machine's.
    private static func change(_ archive: String, to architecture: String) throws {
        let script = #"""
            set -e
            mkdir "$1.files"
            tar -C "$1.files" -xf "$1"
            config=$(sed 's/.*"Config":"\([^"]*\)".*/\1/' "$1.files/manifest.json")
            sed -i "s/\"architecture\":\"[a-z0-9]*\"/\"architecture\":\"$2\"/" "$1.files/$config"
            # It is named by the digest of what it holds.
            digest=$(sha256sum "$1.files/$config" | cut -d ' ' -f 1)
            mv "$1.files/$config" "$1.files/$digest.json"
            sed -i "s/$config/$digest.json/" "$1.files/manifest.json"
            tar -C "$1.files" -cf "$1" .
            rm -rf "$1.files"
            """#
        try Command.require("sh", "-c", script, "sh", archive, architecture)
    }

    private static func made(_ name: String, _ make: (String) throws -> Void) throws -> String {
        let directory = FileManager.default.temporaryDirectory.path + "/kinkajou-archives-\(getpid())"
        let path = "\(directory)/\(name).tar"
        if FileManager.default.fileExists(atPath: path) { return path }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try make(path)
        atexit {
            let directory = FileManager.default.temporaryDirectory.path + "/kinkajou-archives-\(getpid())"
            try? FileManager.default.removeItem(atPath: directory)
        }
        return path
    }
}
