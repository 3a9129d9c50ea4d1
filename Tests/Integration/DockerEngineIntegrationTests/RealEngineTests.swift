import DockerEngine
import Glibc
import NIOCore
import Synchronization
import TestSupport
import Testing

/// The client against a real daemon. It makes images of a few bytes, and
/// removes them.
@Suite(.serialized, .needs(.docker))
struct RealEngineTests {
    @Test func pingInfoVersionAndLists() async throws {
        try await DockerEngineClient.withClient { client in
            let version = try await client.ping()
            #expect(version >= .oldestSupported)
            let info = try await EngineReadiness(client: client).wait()
            #expect(!info.driver.isEmpty)
            #expect(["1", "2"].contains(info.cgroupVersion))
            #expect(!info.dockerRootDir.isEmpty)
            #expect(try await client.engineVersion().version == info.serverVersion)
            _ = try await client.containers(all: true)
            _ = try await client.images()
            _ = try await client.volumes()
            let networks = try await client.networks()
            #expect(networks.contains { $0.name == "bridge" || $0.name == "host" })
        }
    }

    @Test func whatIsNotThere() async throws {
        let name = uniqueName()
        try await DockerEngineClient.withClient { client in
            let exists = try await client.imageExists(name + ":none")
            #expect(!exists)
            let calls: [@Sendable () async throws -> Void] = [
                { try await client.stopContainer(name) },
                { try await client.killContainer(name) },
                { try await client.removeContainer(name) },
                { try await client.removeNetwork(name) },
                { try await client.removeVolume(name) },
                { try await client.saveImages([name]) { _ in } },
            ]
            for call in calls {
                await #expect {
                    try await call()
                } throws: { error in
                    guard case DockerEngineError.notFound = error else { return false }
                    return true
                }
            }
        }
    }

    @Test func imageThereAndBack() async throws {
        let name = uniqueName()
        let image = name + ":one"
        let archive = TinyImage(reference: image).archive
        try await DockerEngineClient.withClient { client in
            let before = try await client.images().count { $0.tags.contains { $0.hasPrefix(name) } }
            #expect(before == 0)
            do {
                let loaded = try await client.loadImages(from: inPieces(archive, of: 1000))
                #expect(loaded == [image])
                #expect(try await client.inspectImage(image).architecture == "amd64")
                try await client.tagImage(image, as: name, tag: "two")
                #expect(try await client.imageExists(name + ":two"))

                let saved = Mutex(ByteBuffer())
                try await client.saveImages([image]) { chunk in
                    saved.withLock { _ = $0.writeImmutableBuffer(chunk) }
                }
                try await client.removeImage(name + ":two")
                try await client.removeImage(image)
                #expect(try await client.imageExists(image) == false)

                // What it saved, it loads again.
                let again = saved.withLock { $0 }
                #expect(try await client.loadImages(from: inPieces(again, of: 4096)) == [image])
                try await client.removeImage(image)
            } catch {
                for tag in [":one", ":two"] { try? await client.removeImage(name + tag, force: true) }
                throw error
            }
            #expect(try await client.imageExists(image) == false)
            #expect(try await client.imageExists(name + ":two") == false)
        }
    }

    @Test func archiveThatIsCutOff() async throws {
        let archive = TinyImage(reference: uniqueName() + ":cut").archive
        let part = try #require(archive.getSlice(at: 0, length: 2000))
        try await DockerEngineClient.withClient { client in
            await #expect {
                _ = try await client.loadImages(from: inPieces(part, of: 512))
            } throws: { error in
                switch error {
                case DockerEngineError.loadFailed, DockerEngineError.server: true
                default: false
                }
            }
        }
    }

    private func uniqueName() -> String {
        "engine-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    }

    private func inPieces(_ bytes: ByteBuffer, of length: Int) -> AsyncStream<ByteBuffer> {
        AsyncStream { continuation in
            var bytes = bytes
            while bytes.readableBytes > 0 {
                if let piece = bytes.readSlice(length: min(length, bytes.readableBytes)) {
                    continuation.yield(piece)
                }
            }
            continuation.finish()
        }
    }
}
