/// What became of a probe: the checks, run in a container or Pod of their own.
public enum ProbeState: Sendable, Equatable {
    /// Nobody asked for one.
    case notAsked
    /// It gave no report, for this reason.
    case failed(String)
    /// Its findings are in the report.
    case done

    /// The state as a finding.
    func finding(place: String, cure: String) -> Finding {
        switch self {
        case .notAsked: .ok("not asked for (--probe)", from: place)
        case .done: .ok("its findings are above or below, with their place", from: place)
        case .failed(let reason): .error(reason, from: place, cure: cure)
        }
    }
}
