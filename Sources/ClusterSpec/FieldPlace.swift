import Yams

/// Where a field is in its file.
struct FieldPlace {
    /// The line, from 1.
    let line: Int
    /// The column, from 1.
    let column: Int
    /// The file's line with the first line of the field's text; `nil` where its lines are not those of the file.
    private let firstTextLine: Int?

    init(_ mark: Mark, text node: Yams.Node? = nil) {
        line = mark.line
        column = mark.column
        guard case .scalar(let scalar) = node else {
            firstTextLine = nil
            return
        }
        switch scalar.style {
        // The text of `|` begins in the line behind it.
        case .literal: firstTextLine = mark.line + 1
        case .folded: firstTextLine = nil
        default: firstTextLine = scalar.string.contains("\n") ? nil : mark.line
        }
    }

    /// The file's line with a line of the field's text, from 1; `nil` where that is not known.
    func line(ofText textLine: Int) -> Int? { firstTextLine.map { $0 + textLine - 1 } }
}

/// Where the fields of a file are, by their paths.
typealias FieldPlaces = [String: FieldPlace]

extension FieldPlaces {
    /// A problem of a field, with its place.
    ///
    /// - Parameters:
    ///   - textLine: The line of the field's text that it is about, from 1.
    ///   - isExact: Whether only the field itself has a place; otherwise the nearest thing that holds it is named.
    func problem(
        _ path: String, _ summary: String, _ cure: String, file: String?, textLine: Int? = nil,
        isExact: Bool = false
    ) -> ConfigProblem {
        var holder = path
        while self[holder] == nil, !isExact, let end = holder.lastIndex(where: { $0 == "." || $0 == "[" }) {
            holder = String(holder[..<end])
        }
        guard let place = self[holder] else {
            return ConfigProblem(
                file: isExact ? nil : file, field: path, summary: Self.text(summary, line: textLine),
                cure: cure)
        }
        guard let textLine else {
            return ConfigProblem(
                file: file, line: place.line, column: place.column, field: path, summary: summary, cure: cure)
        }
        guard let line = place.line(ofText: textLine) else {
            return ConfigProblem(
                file: file, line: place.line, column: place.column, field: path,
                summary: Self.text(summary, line: textLine), cure: cure)
        }
        return ConfigProblem(file: file, line: line, field: path, summary: summary, cure: cure)
    }

    private static func text(_ summary: String, line: Int?) -> String {
        line.map { "line \($0) of the patch: \(summary)" } ?? summary
    }
}
