import Testing

@testable import ClusterClient

/// How long a tunnel lives, in the orders in which things really happen.
@Suite struct TunnelLifeTests {
    private struct Run {
        var life = TunnelLife(uid: "u", idleLimit: .seconds(300))
        var reasons: [TunnelLife.Reason] = []

        mutating func take(_ happening: TunnelLife.Happening, at second: Int = 0) {
            for case .end(let reason) in life.handle(happening, at: .seconds(second)) {
                reasons.append(reason)
            }
        }
    }

    @Test func itEndsWhenNobodyHasUsedItForAWhile() {
        var run = Run()
        run.take(.connectionBegan, at: 1)
        run.take(.tick(sinceAsked: .seconds(1000)), at: 1000)
        #expect(run.reasons == [], "a connection that is open is a use, however long it is silent")
        run.take(.connectionEnded, at: 1001)
        run.take(.tick(sinceAsked: .seconds(1301)), at: 1301)
        #expect(run.reasons == [])
        run.take(.tick(sinceAsked: .seconds(1302)), at: 1302)
        #expect(run.reasons == [.idle])
        run.take(.podGone(uid: "u"), at: 1303)
        #expect(run.reasons == [.idle], "it ends once")
    }

    @Test func whoHasAskedForTheCredentialsMayComeBack() {
        var run = Run()
        run.take(.tick(sinceAsked: .seconds(10)), at: 1000)
        #expect(run.reasons == [])
        run.take(.tick(sinceAsked: .seconds(300)), at: 1290)
        #expect(run.reasons == [.idle])
    }

    @Test func oneOfManyConnectionsIsEnough() {
        var run = Run()
        run.take(.connectionBegan)
        run.take(.connectionBegan)
        run.take(.connectionEnded, at: 1)
        run.take(.tick(sinceAsked: .seconds(900)), at: 900)
        #expect(run.reasons == [])
    }

    @Test(arguments: [
        (
            [TunnelLife.Happening.pod(uid: "u", hasFailed: false), .allSeen, .podGone(uid: "u")],
            TunnelLife.Reason.clusterGone
        ),
        ([.pod(uid: "other", hasFailed: false)], .clusterGone),
        ([.pod(uid: "u", hasFailed: true)], .clusterEnded),
        // It was gone before the watch began.
        ([.allSeen], .clusterGone),
        ([.connectionBegan, .notFound], .clusterGone),
        ([.tick(sinceAsked: nil)], .dismissed),
    ])
    func itEndsWithItsCluster(happenings: [TunnelLife.Happening], reason: TunnelLife.Reason) {
        var run = Run()
        for happening in happenings { run.take(happening) }
        #expect(run.reasons == [reason])
    }

    @Test func anotherPodThatIsGoneIsNoneOfIts() {
        var run = Run()
        run.take(.pod(uid: "u", hasFailed: false))
        run.take(.podGone(uid: "other"))
        run.take(.allSeen)
        #expect(run.reasons == [])
    }
}
