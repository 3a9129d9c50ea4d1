internal import ImageArchives

/// What `ctr` prints of containerd's store, as values.
struct ContainerdListing {
    /// A blob that refers to others, as containerd's labels on it have it
    /// (<https://github.com/containerd/containerd/blob/main/docs/garbage-collection.md>).
    private struct References {
        var configuration: ContentDigest?
        var layers: [ContentDigest] = []
        var manifests: [ContentDigest] = []
        var snapshot: ContentDigest?
    }

    /// The blobs and the unpacked layers.
    private(set) var content = PresentContent()
    /// The images.
    private(set) var images: [NodeImages.Image] = []
    /// For each name the digest that it stands for.
    private(set) var targets: [String: ContentDigest] = [:]
    /// IDs of the images that are unpacked.
    private(set) var unpacked: Set<ContentDigest> = []
    /// What the node runs.
    let platform: ImagePlatform

    /// The script whose output this reads.
    static func script(snapshotter: String) -> String {
        """
        set -e
        uname -m
        echo '=== images'
        ctr --namespace=k8s.io images ls
        echo '=== content'
        ctr --namespace=k8s.io content ls
        echo '=== snapshots'
        ctr --namespace=k8s.io snapshots --snapshotter \(snapshotter) ls
        """
    }

    init(_ text: String, snapshotter: String) {
        var section = "machine"
        var machine = "unknown"
        var names: [(name: String, target: ContentDigest)] = []
        var references: [ContentDigest: References] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("=== ") {
                section = String(line.dropFirst(4))
                continue
            }
            let words = line.split(whereSeparator: \.isWhitespace)
            switch section {
            case "machine": machine = words.first.map(String.init) ?? machine
            case "images":
                // REF TYPE DIGEST ...
                guard words.count > 2, let target = ContentDigest(words[2]) else { continue }
                targets[String(words[0])] = target
                names.append((String(words[0]), target))
            case "content":
                // DIGEST SIZE AGE LABELS, where the age may be two words.
                guard let digest = words.first.flatMap({ ContentDigest($0) }) else { continue }
                content.blobs.insert(digest)
                if let labels = words.last, words.count > 3 {
                    references[digest] = Self.references(labels, snapshotter: snapshotter)
                }
            case "snapshots":
                // KEY PARENT KIND; containers have snapshots too, which are active.
                guard words.last == "Committed", let chain = words.first.flatMap({ ContentDigest($0) }) else {
                    continue
                }
                content.chains.insert(chain)
            default: break
            }
        }
        platform = ImagePlatform(os: "linux", architecture: machine)
        for (name, target) in names { add(name, target, references) }
    }

    private mutating func add(
        _ name: String, _ target: ContentDigest, _ references: [ContentDigest: References]
    ) {
        // An index names all platforms; of most there is nothing here.
        let manifests = [target] + (references[target]?.manifests ?? [])
        for manifest in manifests {
            guard let found = references[manifest], let id = found.configuration, content.blobs.contains(id)
            else { continue }
            let chain = references[id]?.snapshot
            let isUnpacked = chain.map { content.chains.contains($0) } ?? false
            let isComplete =
                isUnpacked || (!found.layers.isEmpty && found.layers.allSatisfy(content.blobs.contains))
            if isUnpacked { unpacked.insert(id) }
            if !images.contains(where: { $0.id == id }) {
                images.append(NodeImages.Image(id: id, names: [], isComplete: false))
            }
            for number in images.indices where images[number].id == id {
                // The kubelet's runtime also calls each image by its ID, which is no name.
                if !name.hasPrefix("sha256:"), !images[number].names.contains(name) {
                    images[number].names.append(name)
                }
                images[number].isComplete = images[number].isComplete || isComplete
            }
            return
        }
    }

    private static func references(_ labels: Substring, snapshotter: String) -> References {
        var references = References()
        let prefix = "containerd.io/gc.ref."
        for label in labels.split(separator: ",") where label.hasPrefix(prefix) {
            guard let equals = label.firstIndex(of: "="),
                let digest = ContentDigest(label[label.index(after: equals)...])
            else { continue }
            let key = label[..<equals].dropFirst(prefix.count)
            if key == "content.config" {
                references.configuration = digest
            } else if key.hasPrefix("content.l.") {
                references.layers.append(digest)
            } else if key.hasPrefix("content.m.") {
                references.manifests.append(digest)
            } else if key == "snapshot.\(snapshotter)" {
                references.snapshot = digest
            }
        }
        return references
    }

    /// Where containerd unpacks the kubelet's images, from `containerd config dump`.
    static func snapshotter(inConfiguration text: String) -> String {
        // The plugin is called by the second name from containerd 2 on.
        let plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images"]
        var isPlugin = false
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.drop { $0.isWhitespace }
            if line.hasPrefix("[") {
                let section = line.filter { !"\"' ".contains($0) }
                isPlugin = ["[plugins.\(plugins[0]).containerd]", "[plugins.\(plugins[1])]"].contains(section)
            } else if isPlugin, line.hasPrefix("snapshotter"), let equals = line.firstIndex(of: "=") {
                let value = line[line.index(after: equals)...].filter { !"\"' ".contains($0) }
                // It goes into a shell's line.
                let isName = value.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
                if !value.isEmpty, isName { return String(value) }
            }
        }
        return "overlayfs"
    }
}
