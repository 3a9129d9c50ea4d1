import Yams

/// What is wrong with a patch.
struct PatchFlaw: Error {
    let summary: String
    let cure: String
    /// The line of the patch, from 1; `nil`: the patch as a whole.
    var line: Int?
}

/// What a patch for kubeadm's documents is for, and, in a merge patch, what it sets.
struct KubeadmPatch {
    /// The documents that kind writes, with the API versions they have had.
    ///
    /// Source: the templates in `pkg/cluster/internal/kubeadm/config.go` of kind.
    static let apiVersions: [String: [String]] = [
        "ClusterConfiguration": kubeadm,
        "InitConfiguration": kubeadm,
        "JoinConfiguration": kubeadm,
        "KubeletConfiguration": ["kubelet.config.k8s.io/v1beta1"],
        "KubeProxyConfiguration": ["kubeproxy.config.k8s.io/v1alpha1"],
    ]
    private static let kubeadm = KubeadmAPI.allCases.map(\.apiVersion)

    /// The kind of the document.
    let kind: String
    /// Its `apiVersion`; empty where the patch is for any.
    let apiVersion: String
    /// What a merge patch sets.
    private var root: Yams.Node.Mapping = [:]
    /// The lines of the patch before this document.
    private var linesBefore = 0

    init(kind: String, apiVersion: String) {
        self.kind = kind
        self.apiVersion = apiVersion
    }

    /// Whether the document is one of kubeadm's own, whose version depends on that of Kubernetes.
    var isKubeadms: Bool { Self.apiVersions[kind] == Self.kubeadm }

    /// The `apiVersion` that the patch would need for what kind writes; `nil` if it has it.
    func neededAPIVersion(for written: KubeadmAPI) -> String? {
        guard let known = Self.apiVersions[kind], !apiVersion.isEmpty else { return nil }
        let needed = isKubeadms ? written.apiVersion : known[0]
        return needed == apiVersion ? nil : needed
    }

    /// A value that a merge patch sets, with its line in the patch; `nil`: it does not set it.
    func value(at path: [String]) -> (node: Yams.Node, line: Int?)? {
        var mapping = root
        var found: (node: Yams.Node, line: Int?)?
        for name in path {
            guard let entry = mapping.first(where: { $0.key.scalar?.string == name }) else { return nil }
            found = (entry.value, entry.key.mark.map { $0.line + linesBefore })
            mapping = entry.value.mapping ?? [:]
        }
        return found
    }

    /// The line of a field of the document itself; `nil` where it does not say it, or is no merge patch.
    func line(of field: String) -> Int? { value(at: [field])?.line }

    /// The documents of a merge patch, which kind parts at lines that begin with `---`.
    static func documents(in patch: String) -> [Result<KubeadmPatch, PatchFlaw>] {
        var documents: [Result<KubeadmPatch, PatchFlaw>] = []
        var lines = 0
        for text in patch.components(separatedBy: "\n---") {
            if !text.isEmptyDocument { documents.append(document(text, linesBefore: lines)) }
            lines += 1 + text.count { $0 == "\n" }
        }
        return documents
    }

    private static func document(_ text: String, linesBefore: Int) -> Result<KubeadmPatch, PatchFlaw> {
        do {
            let root = try YAMLDocument(Array(text.utf8), file: nil).root
            guard case .mapping(let mapping) = root else {
                return .failure(
                    PatchFlaw(
                        summary: "the patch is not a mapping",
                        cure: "write the fields of the document that are to change, after \"- |\""))
            }
            func value(_ name: String) -> String {
                mapping.first { $0.key.scalar?.string == name }.flatMap {
                    $0.value.isNull ? nil : $0.value.scalar?.string
                } ?? ""
            }
            var patch = KubeadmPatch(kind: value("kind"), apiVersion: value("apiVersion"))
            patch.root = mapping
            patch.linesBefore = linesBefore
            return .success(patch)
        } catch {
            return .failure(PatchFlaw(error, of: text, linesBefore: linesBefore))
        }
    }
}

extension PatchFlaw {
    /// The first problem that a patch's YAML has. What is missing at its end is reported in its last line.
    init(_ error: ClusterConfigError, of text: String, linesBefore: Int = 0) {
        let problem = error.problems[0]
        let last = text.count { $0 == "\n" } + (text.hasSuffix("\n") ? 0 : 1)
        self.init(
            summary: problem.summary, cure: problem.cure,
            line: problem.line.map { min($0, last) + linesBefore })
    }
}

extension String {
    /// Whether there is nothing in it but blanks, comments and the separator.
    fileprivate var isEmptyDocument: Bool {
        split(separator: "\n").allSatisfy { line in
            let text = line.drop { $0.isWhitespace }
            return text.isEmpty || text.first == "#" || text == "---"
        }
    }

    /// The parts between the occurrences of a text.
    fileprivate func components(separatedBy separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
