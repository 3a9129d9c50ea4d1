internal import ArgumentParser
internal import Formats
internal import KubernetesAPI
internal import Values

/// How a list is printed.
enum ListFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case name, wide, json, yaml
}

/// A list for people and for programs.
struct Listing: Sendable {
    /// The titles of the columns of the wide form.
    var titles: [String]
    /// The rows of the wide form.
    var rows: [[String]]
    /// The names, one for each row.
    var names: [String]
    /// The same for programs.
    var objects: [JSONValue]

    /// The text for stdout.
    func text(_ format: ListFormat) -> String {
        switch format {
        case .name: names.map { $0 + "\n" }.joined()
        case .wide: names.isEmpty ? "" : table
        case .json: String(decoding: JSONValue.array(objects).encoded(pretty: true), as: UTF8.self) + "\n"
        case .yaml: JSONValue.array(objects).yaml()
        }
    }

    private var table: String {
        let all = [titles] + rows
        let widths = titles.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = zip(row, widths).enumerated().map { column, cell in
                let padding = column == row.count - 1 ? 0 : cell.1 - cell.0.count
                return cell.0 + String(repeating: " ", count: padding)
            }
            return cells.joined(separator: "   ") + "\n"
        }.joined()
    }
}
