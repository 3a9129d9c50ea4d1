internal import Console
internal import Doctor
internal import EnginePlan

extension Preflight {
    /// Says what was found before the start.
    ///
    /// - Parameters:
    ///   - isQuiet: Only what the plan itself has to say.
    ///   - problems: The plan's problems.
    func tell(_ progress: Progress, isQuiet: Bool, problems: [Problem]) {
        if isQuiet {
            for problem in problems { progress.warn("\(problem.summary)\n  cure: \(problem.cure)") }
        } else {
            for line in lines { progress.notice(line) }
        }
    }
}
