import Values
import Yams

/// What a patch for kubeadm's documents is for, and, in a merge patch, what it sets.
struct KubeadmPatch: Sendable {
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
    private static let kubeadm = [
        "kubeadm.k8s.io/v1beta2", "kubeadm.k8s.io/v1beta3", "kubeadm.k8s.io/v1beta4",
    ]

    /// The kind of the document.
    let kind: String
    /// Its `apiVersion`; empty where the patch is for any.
    let apiVersion: String
    /// Whether it sets `apiServer.certSANs`, which replaces the list in a kind before 0.32.
    var setsCertificateNames = false

    init(kind: String, apiVersion: String) {
        self.kind = kind
        self.apiVersion = apiVersion
    }

    /// The `apiVersion` that the patch would need for a version of Kubernetes; `nil` if it has it.
    func neededAPIVersion(for version: KubernetesVersion) -> String? {
        guard let known = Self.apiVersions[kind], !apiVersion.isEmpty else { return nil }
        let needed = known.count == 1 ? known[0] : version.kubeadmAPIVersion
        return needed == apiVersion ? nil : needed
    }

    /// What is wrong with a patch.
    struct Flaw: Error {
        let summary: String
        let cure: String
    }

    /// The documents of a merge patch, which kind parts at lines that begin with `---`.
    static func documents(in patch: String) -> [Result<KubeadmPatch, Flaw>] {
        var documents: [Result<KubeadmPatch, Flaw>] = []
        var lines = 0
        for text in patch.components(separatedBy: "\n---") {
            if !text.isEmptyDocument { documents.append(document(text, linesBefore: lines)) }
            lines += 1 + text.count { $0 == "\n" }
        }
        return documents
    }

    private static func document(_ text: String, linesBefore: Int) -> Result<KubeadmPatch, Flaw> {
        do {
            let root = try YAMLDocument(Array(text.utf8), file: nil).root
            guard case .mapping(let mapping) = root else {
                return .failure(
                    Flaw(
                        summary: "the patch is not a mapping",
                        cure: "write the fields of the document that are to change, after \"- |\""))
            }
            func value(_ name: String) -> String {
                mapping.first { $0.key.scalar?.string == name }.flatMap {
                    $0.value.isNull ? nil : $0.value.scalar?.string
                } ?? ""
            }
            var patch = KubeadmPatch(kind: value("kind"), apiVersion: value("apiVersion"))
            let server = mapping.first { $0.key.scalar?.string == "apiServer" }?.value.mapping
            patch.setsCertificateNames = server?.contains { $0.key.scalar?.string == "certSANs" } ?? false
            return .success(patch)
        } catch {
            let problem = error.problems[0]
            let line = problem.line.map { "line \($0 + linesBefore) of the patch: " } ?? ""
            return .failure(Flaw(summary: line + problem.summary, cure: problem.cure))
        }
    }
}

/// Checks JSON patches (RFC 6902).
enum JSONPatchCheck {
    private static let operations = ["add", "remove", "replace", "move", "copy", "test"]

    /// What is wrong with a patch; `nil` if nothing is.
    ///
    /// kind reads those for kubeadm as YAML, which JSON is too, and those for containerd as JSON alone.
    static func problem(in patch: String, onlyJSON: Bool) -> KubeadmPatch.Flaw? {
        let form = "write a list of operations, such as [{\"op\": \"add\", \"path\": \"/a/b\", \"value\": 1}]"
        guard !patch.isBlank else { return .init(summary: "the patch is missing", cure: form) }
        if onlyJSON, (try? JSONValue(json: Array(patch.utf8))) == nil {
            return .init(summary: "the patch is not JSON", cure: form)
        }
        let root: Yams.Node
        do {
            root = try YAMLDocument(Array(patch.utf8), file: nil).root
        } catch {
            let problem = error.problems[0]
            let line = problem.line.map { "line \($0) of the patch: " } ?? ""
            return .init(summary: line + problem.summary, cure: problem.cure)
        }
        guard case .sequence(let list) = root else {
            return .init(summary: "the patch is not a list", cure: form)
        }
        for (index, item) in list.enumerated() {
            guard case .mapping(let mapping) = item else {
                return .init(summary: "operation \(index) is not a mapping", cure: form)
            }
            func value(_ name: String) -> Yams.Node? {
                mapping.first { $0.key.scalar?.string == name }?.value
            }
            let operation = value("op")?.scalar?.string ?? ""
            guard operations.contains(operation) else {
                return .init(
                    summary: operation.isEmpty
                        ? "operation \(index) has no \"op\""
                        : "operation \(index): \(quoted(operation)) is not known",
                    cure: "one of: \(operations.joined(separator: ", "))")
            }
            let needsFrom = operation == "move" || operation == "copy"
            for name in needsFrom ? ["path", "from"] : ["path"] {
                guard let pointer = value(name)?.scalar?.string, pointer.isEmpty || pointer.hasPrefix("/")
                else {
                    return .init(
                        summary: "operation \(index): \"\(name)\" is missing, or does not begin with \"/\"",
                        cure: "write a JSON pointer, such as /apiServer/certSANs/-")
                }
            }
            if ["add", "replace", "test"].contains(operation), value("value") == nil {
                return .init(summary: "operation \(index) has no \"value\"", cure: "say what to \(operation)")
            }
        }
        return nil
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
