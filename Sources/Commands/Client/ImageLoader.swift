internal import ClusterClient
internal import Console
internal import ImageArchives

/// Loads images and says how that goes: what the `load` commands share.
struct ImageLoader: Sendable {
    let provider: any ClusterProvider
    let cluster: String
    let nodes: [String]
    let output: OutputOptions

    /// Loads from an archive that is opened here.
    ///
    /// - Parameter identifiers: The IDs of images that may be nameless in the archive.
    func load(
        path: String, names: [String]?, identifiers: [String: ContentDigest] = [:],
        present: ClusterImages? = nil
    ) async throws {
        let progress = output.progress
        let load = ImageLoad(provider: provider, cluster: cluster, nodes: nodes)
        do {
            progress.begin("Reading \(path == "/dev/stdin" ? "stdin" : path)")
            let archive = try await ImageArchive.open(path) { bytes in
                progress.update("\(Self.mebibytes(bytes)) MiB")
            }
            let held: ClusterImages
            if let present { held = present } else { held = try await load.images() }
            progress.begin("Loading images into \(held.nodes.count) node(s) of \"\(cluster)\"")
            let outcome = try await load.load(
                archive, names: names, identifiers: identifiers, present: held
            ) { sent, all in
                progress.update("\(Self.mebibytes(sent)) of \(Self.mebibytes(all)) MiB")
            }
            progress.done()
            for name in outcome.present {
                output.say("Image: \"\(name)\" is present on all nodes already")
            }
            if !outcome.loaded.isEmpty {
                output.say(
                    "Loaded \(outcome.loaded.joined(separator: ", ")): \(Self.mebibytes(outcome.sentBytes)) MiB sent, "
                        + "\(Self.mebibytes(outcome.skippedBytes)) MiB were there already")
            }
        } catch {
            progress.fail()
            throw error
        }
    }

    /// Bytes in MiB, with one decimal below ten.
    static func mebibytes(_ bytes: Int64) -> String {
        let tenths = ((bytes >> 10) * 10) >> 10
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10)" : "\(tenths / 10)"
    }
}
