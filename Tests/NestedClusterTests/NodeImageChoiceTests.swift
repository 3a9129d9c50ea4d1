import Testing

@testable import ImageArchives
@testable import NestedCluster

@Suite struct NodeImageChoiceTests {
    private static let hex = String(repeating: "a", count: 64)
    private static let byDigest = "kindest/node:v1.36.2@sha256:" + hex

    private func image(_ names: [String], digest: String? = nil) -> ArchivedImage {
        ArchivedImage(names: names, variants: [], digest: digest.flatMap { ContentDigest($0) })
    }

    private func names(_ choices: [NodeImageChoice]) -> [[String]] { choices.map(\.image.names) }

    @Test func whatTheEngineDoesNotReadIsLoadedWithItsNames() {
        let images = [
            image(["docker.io/kindest/node:v1.36.2"]), image(["docker.io/a/b@sha256:" + Self.hex]), image([]),
        ]
        #expect(
            names(NodeImageChoice.all(of: images, isRead: false, for: [])) == [
                ["docker.io/kindest/node:v1.36.2"]
            ])
    }

    @Test func whatTheEngineReadsIsLoadedForItsDigestAlone() {
        let images = [image(["docker.io/x:1"]), image([], digest: "sha256:" + Self.hex)]
        #expect(NodeImageChoice.all(of: images, isRead: true, for: ["x:1"]).isEmpty)
        let choices = NodeImageChoice.all(of: images, isRead: true, for: [Self.byDigest])
        #expect(names(choices) == [["docker.io/kindest/node:v1.36.2"]])
        #expect(choices.map(\.wanted) == [[Self.byDigest]])
    }

    @Test func theOnlyImageWithoutANameIsTheOneThatIsWanted() {
        let images = [image([])]
        #expect(
            names(NodeImageChoice.all(of: images, isRead: false, for: ["kindest/node:v1.36.2"]))
                == [["docker.io/kindest/node:v1.36.2"]])
        // Not where its digest would have to be another one.
        #expect(names(NodeImageChoice.all(of: images, isRead: false, for: [Self.byDigest])) == [[]])
        #expect(names(NodeImageChoice.all(of: images, isRead: false, for: [])) == [[]])
    }
}
