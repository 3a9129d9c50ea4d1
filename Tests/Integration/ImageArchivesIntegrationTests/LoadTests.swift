import Foundation
import ImageArchives
import TestSupport
import Testing

/// `kinkajou inside` on a real cluster. All steps share the cluster, because making one takes most of the time.
@Suite(.needs(.nodeImage, .program("kind")))
struct LoadTests {
    private let amd64 = ImagePlatform(os: "linux", architecture: "amd64")

    @Test func imagesAreLoadedIntoEveryNode() async throws {
        let before = HostSnapshot.take()
        let cluster = try LoadedCluster()
        defer { cluster.remove() }
        try nodes(cluster)
        let base = try cluster.makeImage("base", size: 5 << 20)
        let one = try cluster.makeImage("one", on: base, size: 3 << 20)
        let two = try cluster.makeImage("two", on: one, size: 1 << 20)
        let large = try cluster.makeImage("large", size: 60 << 20)
        try await whole(cluster, one)
        try await onlyWhatIsMissing(cluster, two, base: one)
        try await unpackedLayersNeedNoBlobs(
            cluster, three: cluster.makeImage("three", on: two, size: 1 << 20))
        try await layersThatAreNotThere(cluster, cluster.makeImage("four", size: 1 << 20))
        try await streamsThatBreakOff(cluster, large)
        try await stopping(cluster, large)
        try logs(cluster)
        try await aNodeThatDies(cluster, large)
        cluster.remove()
        #expect(HostSnapshot.left(since: before, after: 30) == [])
    }

    private struct Node: Decodable {
        var name: String
        var role: String
        var status: String
        var image: String
        var kubernetesVersion: String?
        var ip: String?
    }

    private func nodes(_ cluster: LoadedCluster) throws {
        let result = try cluster.inside("nodes", "-o", "json")
        #expect(result.status == 0, "\(result)")
        let nodes = try JSONDecoder().decode([Node].self, from: Data(result.output.utf8))
        #expect(nodes.map(\.name) == cluster.nodes)
        #expect(nodes.map(\.role) == ["control-plane", "worker"])
        #expect(nodes.allSatisfy { $0.status == "running" && $0.image == ImageUnderTest.node.name })
        for node in nodes {
            #expect(node.kubernetesVersion?.hasPrefix("v1.") ?? false)
            #expect(
                try Command.require(
                    "docker", "inspect", "--format", "{{.NetworkSettings.Networks.kind.IPAddress}}", node.name
                )
                    == (node.ip ?? "") + "\n")
        }
        #expect(try cluster.inside("nodes", "-o", "name").output == cluster.nodes.map { $0 + "\n" }.joined())
        let none = try Command.run([
            try BuiltBinary.path("kinkajou"), "inside", "images", "--name", "kj-none",
        ])
        #expect(none.status == 64 && none.output.isEmpty && none.errors.contains(cluster.name), "\(none)")
    }

    /// The same as `ctr images import` of the archive that docker made.
    private func whole(_ cluster: LoadedCluster, _ image: String) async throws {
        let file = try cluster.save(image, as: "one.tar")
        let archive = try await ImageArchive.open(file)
        let present = try cluster.images()
        #expect(present.nodes.map(\.name) == cluster.nodes)
        #expect(present.platform == amd64)
        // The node image's own images are found.
        #expect(present.nodes[0].images.contains { $0.names.contains { $0.contains("kube-apiserver") } })
        #expect(present.nodes[0].images.allSatisfy { $0.isComplete })
        let id = try #require(archive.images[0].variants[0].imageID)
        #expect(id.description == (try cluster.dockerID(image)))
        #expect(!present.haveImage(id, named: image))
        let transfer = try archive.transfer(platform: present.platform, without: present.nodes.map(\.content))
        #expect(transfer.skippedBytes == 0 && transfer.size > 8 << 20)
        let loaded = try cluster.load(try cluster.write(transfer, as: "one.kj"))
        #expect(loaded.status == 0)
        let digest = archive.images[0].variants[0].manifestDigest
        let expected = [ImportReport.Image(name: image, id: id, digest: digest)]
        #expect(loaded.report.nodes == cluster.nodes.map { ImportReport.Node(name: $0, images: expected) })
        #expect(loaded.report.bytes == transfer.size)

        // What containerd itself makes of the whole archive, in another namespace.
        let node = cluster.controlPlane
        let chainsBefore = try cluster.chains(on: node, namespace: "k8s.io")
        let reference = try Command.run([
            "sh", "-c",
            "docker exec -i \(node) ctr --namespace=reference images import --all-platforms --snapshotter=overlayfs - <\(file)",
        ])
        #expect(reference.status == 0, "\(reference)")
        #expect(try cluster.target(image, on: node, namespace: "reference") == digest.description)
        for node in cluster.nodes { #expect(try cluster.target(image, on: node) == digest.description) }
        let chains = try cluster.chains(on: node, namespace: "reference")
        #expect(chains.count == 2 && chains.isSubset(of: chainsBefore))

        let after = try cluster.images()
        #expect(after.haveImage(id, named: image))
        for node in cluster.nodes {
            for tag in ["base", "one"] {
                #expect(try cluster.checksum(of: tag, in: image, on: node) == cluster.checksum(of: tag))
            }
        }
    }

    private func onlyWhatIsMissing(_ cluster: LoadedCluster, _ image: String, base: String) async throws {
        let archive = try await ImageArchive.open(try cluster.save(base, image, as: "two.tar"))
        #expect(archive.images.count == 2)
        let present = try cluster.images()
        let wanted = try archive.images(named: [image])
        let transfer = try archive.transfer(
            images: wanted, platform: present.platform, without: present.nodes.map(\.content))
        #expect(transfer.skippedLayerCount == 2 && transfer.skippedBytes > 8 << 20)
        #expect(transfer.layerCount == 1 && transfer.size < 2 << 20)
        let loaded = try cluster.load(try cluster.write(transfer, as: "two.kj"))
        #expect(loaded.status == 0, "\(loaded.report)")
        for node in cluster.nodes {
            for tag in ["base", "two"] {
                #expect(try cluster.checksum(of: tag, in: image, on: node) == cluster.checksum(of: tag))
            }
        }
        // Again: nothing but names.
        let again = try archive.transfer(
            images: wanted, platform: amd64, without: try cluster.images().nodes.map(\.content))
        #expect(again.layerCount == 0 && again.size < 16384)
        #expect(try cluster.load(try cluster.write(again, as: "again.kj")).status == 0)
    }

    /// As with `discard_unpacked_layers`: what is unpacked has no blob any more.
    private func unpackedLayersNeedNoBlobs(_ cluster: LoadedCluster, three image: String) async throws {
        let archive = try await ImageArchive.open(try cluster.save(image, as: "three.tar"))
        let layers = archive.images[0].variants[0].layers
        for node in cluster.nodes {
            for layer in layers.dropLast() {
                try cluster.ctr(node, "content", "rm", layer.digest.description)
            }
        }
        let present = try cluster.images()
        #expect(present.common.blobs.isDisjoint(with: layers.map(\.digest)))
        #expect(present.common.chains.isSuperset(of: layers.dropLast().map(\.chainID)))
        let transfer = try archive.transfer(platform: amd64, without: present.nodes.map(\.content))
        #expect(transfer.layerCount == 1 && transfer.skippedLayerCount == 3)
        let loaded = try cluster.load(try cluster.write(transfer, as: "three.kj"))
        #expect(loaded.status == 0, "\(loaded.report)")
        for node in cluster.nodes {
            for tag in ["base", "three"] {
                #expect(try cluster.checksum(of: tag, in: image, on: node) == cluster.checksum(of: tag))
            }
        }
        #expect(
            try cluster.images().haveImage(try #require(archive.images[0].variants[0].imageID), named: image))
    }

    /// What was said to be there is gone meanwhile.
    private func layersThatAreNotThere(_ cluster: LoadedCluster, _ image: String) async throws {
        let archive = try await ImageArchive.open(try cluster.save(image, as: "four.tar"))
        let layers = archive.images[0].variants[0].layers
        let lie = PresentContent(blobs: Set(layers.map(\.digest)))
        let transfer = try archive.transfer(platform: amd64, without: [lie])
        let loaded = try cluster.load(try cluster.write(transfer, as: "four.kj"))
        #expect(loaded.status == 70)
        #expect(loaded.report.nodes.map(\.name) == cluster.nodes)
        for node in loaded.report.nodes {
            #expect(node.lacksSkippedLayers && node.images.isEmpty && node.error != nil, "\(node)")
        }
        try cluster.expectNothingHalf(image)
    }

    private func streamsThatBreakOff(_ cluster: LoadedCluster, _ image: String) async throws {
        let archive = try await ImageArchive.open(try cluster.save(image, as: "large.tar"))
        let file = try cluster.write(try archive.transfer(platform: amd64), as: "large.kj")
        let size = try #require(try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int)
        for (number, count) in [size / 2, size - 20].enumerated() {
            let cut = cluster.path("cut-\(number)")
            try Command.require("sh", "-c", "head -c \(count) \(file) > \(cut)")
            let result = try cluster.inside("import", input: cut)
            #expect(result.status == 71 && result.output.isEmpty, "\(result)")
            #expect(
                result.errors.contains("nothing was imported") && result.errors.contains("cure: "),
                "\(result)")
            try cluster.expectNothingHalf(image)
        }
        try Command.require(
            "sh", "-c", "printf x | dd of=\(file) bs=1 seek=\(size / 2) conv=notrunc status=none")
        let damaged = try cluster.inside("import", input: file)
        #expect(damaged.status == 71 && damaged.errors.contains("checksum"), "\(damaged)")
        try cluster.expectNothingHalf(image)
    }

    /// A sender that stops in the middle, and stays.
    private func started(
        _ cluster: LoadedCluster, _ archive: ImageArchive
    ) throws -> (
        process: ChildProcess, writing: FileHandle, rest: (transfer: ImageTransfer, writer: StreamFrameWriter)
    ) {
        let pipe = Pipe()
        let process = try ChildProcess(
            try cluster.setup(["import"], input: pipe.fileHandleForReading.fileDescriptor))
        try pipe.fileHandleForReading.close()
        var transfer = try archive.transfer(platform: amd64)
        var writer = StreamFrameWriter()
        for _ in 0..<20 {
            guard let chunk = try transfer.next() else { break }
            try pipe.fileHandleForWriting.write(contentsOf: Data(writer.frame(chunk)))
        }
        // They have all of it that is not in pipes.
        for node in cluster.nodes {
            try Wait.until("\(node) to take something", seconds: 30) {
                try cluster.ctr(node, "content", "active").contains("tar-")
            }
        }
        // Of the 20 MiB that have passed it keeps nothing.
        let memory = ProcessSnapshot.status("VmHWM", of: process.pid)?.split(separator: " ").first.flatMap {
            Int($0)
        }
        #expect(try #require(memory) < 48 << 10, "kB")
        return (process, pipe.fileHandleForWriting, (transfer, writer))
    }

    private func stopping(_ cluster: LoadedCluster, _ image: String) async throws {
        let archive = try await ImageArchive.open(cluster.path("large.tar"))
        let (process, writing, _) = try started(cluster, archive)
        defer { process.end() }
        process.signal(SIGTERM)
        #expect(try process.wait(seconds: 20) == 143)
        #expect(process.output.isEmpty && process.errors.contains("signal 15"), "\(process.errors)")
        try writing.close()
        try cluster.expectNothingHalf(image)
    }

    private func aNodeThatDies(_ cluster: LoadedCluster, _ image: String) async throws {
        let archive = try await ImageArchive.open(cluster.path("large.tar"))
        var (process, writing, rest) = try started(cluster, archive)
        defer { process.end() }
        try Command.require("docker", "kill", cluster.worker)
        while let chunk = try rest.transfer.next() {
            try writing.write(contentsOf: Data(rest.writer.frame(chunk)))
        }
        try writing.write(contentsOf: Data(rest.writer.end()))
        // Stdin stays open, as it does with an exec session.
        #expect(try process.wait(seconds: 60) == 70)
        let report = try JSONDecoder().decode(ImportReport.self, from: Data(process.output.utf8))
        #expect(report.nodes.map(\.name) == cluster.nodes)
        #expect(report.nodes[0].error == nil && report.nodes[0].images.map(\.name) == [image])
        #expect(report.nodes[1].error == "the node has ended (exit status 137)")
        #expect(process.errors.contains("error: the node \(cluster.worker): "), "\(process.errors)")
        #expect(
            try cluster.checksum(of: "large", in: image, on: cluster.controlPlane)
                == cluster.checksum(of: "large"))
        try writing.close()

        // From then on it is refused before anything is sent, unless the node is left out.
        let refused = try cluster.inside("images")
        #expect(refused.status == 70 && refused.errors.contains(cluster.worker), "\(refused)")
        #expect(try cluster.inside("images", "--nodes", cluster.controlPlane).status == 0)
    }

    private func logs(_ cluster: LoadedCluster) throws {
        let engineLog = cluster.path("engine.log")
        try "level=info msg=hello\n".write(toFile: engineLog, atomically: true, encoding: .utf8)
        var setup = try cluster.setup(["logs", "--framed", "--log-file", engineLog, "--trace", "/none"])
        let temporary = cluster.path("tmp")
        try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
        setup.environment =
            ProcessInfo.processInfo.environment.map { "\($0)=\($1)" } + ["TMPDIR=\(temporary)"]
        let file = cluster.path("logs.kj")
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        setup.streams[1] = handle.fileDescriptor
        let result = try Command.run(setup, seconds: 60)
        #expect(result.status == 0, "\(result)")
        var reader = StreamFrameReader()
        let tar = try reader.take([UInt8](try Data(contentsOf: URL(fileURLWithPath: file))))
        #expect(reader.isComplete)
        try Data(tar).write(to: URL(fileURLWithPath: cluster.path("logs.tar")))
        let names = try Command.require("tar", "-tf", cluster.path("logs.tar")).split(separator: "\n")
        #expect(names.contains("./dockerd.log"))
        for node in cluster.nodes { #expect(names.contains("./\(node)/kubelet.log")) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [])

        // Stopped in the middle it leaves nothing either.
        setup.streams[1] = nil
        let stopped = try ChildProcess(setup)
        defer { stopped.end() }
        try Wait.until("the files in between", seconds: 10) {
            try !FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty
        }
        stopped.signal(SIGTERM)
        #expect(try stopped.wait(seconds: 20) == 143)
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [])
    }
}
