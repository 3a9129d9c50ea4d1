import Values
import Yams

/// JSON patches (RFC 6902), as kind reads them: those for kubeadm as YAML, which JSON is too, and those for containerd
/// as JSON alone.
enum JSONPatchCheck {
    /// One operation of a patch that is sound.
    struct Operation {
        let name: String
        let path: String
        let value: Yams.Node?
        /// Its line in the patch, from 1.
        let line: Int?
    }

    private static let names = ["add", "remove", "replace", "move", "copy", "test"]
    private static let form =
        "write a list of operations, such as [{\"op\": \"add\", \"path\": \"/a/b\", \"value\": 1}]"

    /// What is wrong with a patch; `nil` if nothing is.
    static func problem(in patch: String, onlyJSON: Bool) -> PatchFlaw? {
        if onlyJSON, !patch.isBlank, (try? JSONValue(json: Array(patch.utf8))) == nil {
            return PatchFlaw(summary: "the patch is not JSON", cure: form)
        }
        do {
            _ = try operations(in: patch)
            return nil
        } catch {
            return error
        }
    }

    /// The operations of a patch, or what is wrong with it.
    static func operations(in patch: String) throws(PatchFlaw) -> [Operation] {
        guard !patch.isBlank else { throw PatchFlaw(summary: "the patch is missing", cure: form) }
        let root: Yams.Node
        do {
            root = try YAMLDocument(Array(patch.utf8), file: nil).root
        } catch {
            throw PatchFlaw(error, of: patch)
        }
        guard case .sequence(let list) = root else {
            throw PatchFlaw(summary: "the patch is not a list", cure: form)
        }
        var operations: [Operation] = []
        for (index, item) in list.enumerated() { operations.append(try operation(item, index: index)) }
        return operations
    }

    private static func operation(_ item: Yams.Node, index: Int) throws(PatchFlaw) -> Operation {
        let line = item.mark?.line
        guard case .mapping(let mapping) = item else {
            throw PatchFlaw(summary: "operation \(index) is not a mapping", cure: form, line: line)
        }
        func value(_ name: String) -> Yams.Node? {
            mapping.first { $0.key.scalar?.string == name }?.value
        }
        let name = value("op")?.scalar?.string ?? ""
        guard names.contains(name) else {
            throw PatchFlaw(
                summary: name.isEmpty
                    ? "operation \(index) has no \"op\"" : "operation \(index): \(quoted(name)) is not known",
                cure: "one of: \(names.joined(separator: ", "))", line: line)
        }
        for name in name == "move" || name == "copy" ? ["path", "from"] : ["path"] {
            guard let pointer = value(name)?.scalar?.string, pointer.isEmpty || pointer.hasPrefix("/") else {
                throw PatchFlaw(
                    summary: "operation \(index): \"\(name)\" is missing, or does not begin with \"/\"",
                    cure: "write a JSON pointer, such as /apiServer/certSANs/-", line: line)
            }
        }
        if ["add", "replace", "test"].contains(name), value("value") == nil {
            throw PatchFlaw(
                summary: "operation \(index) has no \"value\"", cure: "say what to \(name)", line: line)
        }
        return Operation(
            name: name, path: value("path")?.scalar?.string ?? "", value: value("value"), line: line)
    }
}
