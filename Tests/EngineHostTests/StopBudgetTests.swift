import Testing

@testable import EngineHost

struct StopBudgetTests {
    private static let graces: [Duration] =
        [.milliseconds(100), .milliseconds(900)] + (1...40).map { .seconds($0) }
        + [.seconds(180), .seconds(3600)]

    private func budget(_ grace: Duration) -> (StopBudget, ContinuousClock.Instant) {
        let start = ContinuousClock.now
        return (StopBudget(grace: grace, from: start), start)
    }

    /// However short the grace is: the parts follow each other, each has some of it, and together they fill it.
    @Test(arguments: graces)
    func thePartsAddUp(grace: Duration) {
        let (budget, start) = budget(grace)
        var previous = start
        for part in StopBudget.Part.allCases {
            let deadline = budget.deadline(of: part)
            #expect(deadline > previous, "\(part) of \(grace)")
            previous = deadline
        }
        #expect(previous == budget.end)
        #expect(budget.end == start + grace)
        // The command's is the largest: it is what the user waits for.
        #expect(start.duration(to: budget.deadline(of: .command)) >= grace / 2)
    }

    /// dockerd is not killed while there is time that nothing else needs.
    @Test(arguments: graces)
    func timeThatIsNotUsedIsHandedOn(grace: Duration) {
        let (budget, start) = budget(grace)
        #expect(budget.remaining(for: .daemon, now: start) >= grace * 85 / 100)
        #expect(budget.remaining(for: .traces, now: start) == grace)
        #expect(budget.remaining(for: .command, now: budget.end) == .zero)
    }

    /// With the default a container that takes Docker's own ten seconds to stop can have them.
    @Test func theDefaultLeavesContainersTheirTime() {
        let (budget, start) = budget(.seconds(25))
        #expect(budget.remaining(for: .containers, now: start) >= .seconds(11))
        #expect(start.duration(to: budget.deadline(of: .command)) >= .seconds(14))
    }
}

struct RestartAllowanceTests {
    private let start = ContinuousClock.now

    @Test func aFewInARow() {
        var allowance = RestartAllowance()
        allowance.takeReady(at: start)
        for second in 1...RestartAllowance.limit {
            let may = allowance.takeEnd(at: start + .seconds(second))
            #expect(may)
            allowance.takeReady(at: start + .seconds(second))
        }
        let mayAgain = allowance.takeEnd(at: start + .seconds(10))
        #expect(!mayAgain)
    }

    /// After a quiet time the next end is the first again.
    @Test func aQuietTimeStartsANewRow() {
        var allowance = RestartAllowance()
        var now = start
        for _ in 0..<20 {
            allowance.takeReady(at: now)
            now += RestartAllowance.quietTime
            let may = allowance.takeEnd(at: now)
            #expect(may)
            #expect(allowance.count == 1)
        }
    }

    /// One that never gets ready has no quiet time, however long that takes.
    @Test func neverReadyIsNotQuiet() {
        var allowance = RestartAllowance()
        var now = start
        for _ in 0..<RestartAllowance.limit {
            let may = allowance.takeEnd(at: now)
            #expect(may)
            now += RestartAllowance.quietTime
        }
        let mayAgain = allowance.takeEnd(at: now)
        #expect(!mayAgain)
    }
}
