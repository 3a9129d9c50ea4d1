/// Works out what dockerd's own nftables backend (29 and newer) has left: it keeps everything in tables of one name.
public enum NFTablesCleanup {
    private static let table = "docker-bridges"

    /// The tables to delete, as `nft` names them (`ip docker-bridges`), where both are outputs of
    /// `nft list tables`. They are shared with an engine that came later, and are then left to it.
    public static func deletions(before: String, after: String, ownership: NamespaceOwnership) -> [String] {
        guard !ownership.isShared else { return [] }
        let old = tables(before)
        return tables(after).filter { !old.contains($0) }
    }

    private static func tables(_ list: String) -> [String] {
        list.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, words[0] == "table", words[2] == table else { return nil }
            return "\(words[1]) \(words[2])"
        }
    }
}
