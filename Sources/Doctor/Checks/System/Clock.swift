internal import HostFacts

extension Check {
    static let clock = Check(
        "clock", "The clock is right", area: .system,
        why: "Certificates that are made now are not valid yet for everyone else, or no longer.",
        explanation: """
            The clock against the times of files that were written before: this program, `/etc/hosts`, `/etc/resolv.conf` (five \
            minutes are let pass), and the year 2024. Whether something keeps it right is what adjtimex(2) says.
            """,
        cure: "on the host: start chrony or systemd-timesyncd, or set it with date -s"
    ) { facts in
        let clock = facts.host.clock
        let source = "clock_gettime(2)" + (clock.newestFile.map { ", the time of \($0)" } ?? "")
        let late = clock.newestTime - clock.now
        if let file = clock.newestFile, late > 300 {
            return [
                .error("\(file) was written \(late / 60) minutes in the future", from: source)
            ]
        }
        // 2024-01-01, long before this program.
        if clock.now < 1_704_067_200 {
            return [.error("it says a time before 2024", from: "clock_gettime(2)")]
        }
        if clock.isSynchronised == false {
            return [
                .advice("plausible, but nothing says that it is kept right", from: "adjtimex(2)")
            ]
        }
        return [.ok("plausible", from: source)]
    }
}
