internal import HostFacts

extension Check {
    static let initProcess = Check(
        "pid-1", "PID 1 takes SIGTERM", area: .system,
        why:
            "The kernel gives PID 1 no signal that it does not take: the Pod is stuck in Terminating until SIGKILL, and"
            + " nothing is tidied up.",
        explanation: """
            `SigCgt` and `SigBlk` of `/proc/1/status`. A shell that runs commands one after the other takes nothing; one that \
            ends with `exec kinkajou dind ...` leaves its place to a PID 1 that does.
            """,
        cure:
            "make kinkajou the ENTRYPOINT, or begin its command with exec; in a Pod: command: [kinkajou,"
            + " dind]",
        references: ["knative/hack#14", "ARC#2151"]
    ) { facts in
        let source = "SigCgt and SigBlk of /proc/1/status"
        guard let process = facts.host.initProcess, !process.takesTermination else {
            return [.ok(facts.host.initProcess?.name ?? "this process", from: source)]
        }
        return [
            .warning(
                "PID 1 (\(process.name)) does not take it", from: source)
        ]
    }
}
