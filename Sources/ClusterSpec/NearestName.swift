/// The known name that a misspelt one most likely stands for; `nil` where none is near.
func nearestName(to name: String, among known: [String]) -> String? {
    // Names are short; what is longer than this is no misspelling.
    guard name.utf8.count <= 64 else { return nil }
    let wanted = name.lowercased()
    let candidates = known.map { (name: $0, distance: editDistance(wanted, $0.lowercased())) }
    guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, min(name.count, best.name.count) / 3) ? best.name : nil
}

/// How many letters have to be put in, left out, replaced, or swapped with their neighbour
/// to get from one word to the other (optimal string alignment).
private func editDistance(_ first: String, _ second: String) -> Int {
    let (first, second) = (Array(first), Array(second))
    var beforeLast: [Int] = []
    var last = Array(0...second.count)
    for row in first.indices {
        var current = [row + 1]
        for column in second.indices {
            let replaced = last[column] + (first[row] == second[column] ? 0 : 1)
            var best = min(replaced, last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                best = min(best, beforeLast[column - 1] + 1)
            }
            current.append(best)
        }
        (beforeLast, last) = (last, current)
    }
    return last[second.count]
}
