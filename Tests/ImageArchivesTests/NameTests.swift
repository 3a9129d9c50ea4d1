import Testing

@testable import ImageArchives

@Suite struct NameTests {
    private static let digest = "@sha256:" + String(repeating: "a", count: 64)

    /// What the sender takes for a name, the receiver takes too.
    @Test func theLimitIsThatOfTheFullName() {
        let longest = String(repeating: "a", count: 255 - "docker.io/library/".count)
        let full = "docker.io/library/\(longest):latest"
        #expect(ImageName.normalised(longest) == full)
        #expect(ImageName.normalised(full) == full)
        #expect(ImageName.normalised(longest + "a") == nil)
    }

    @Test(arguments: [
        ("nginx", "docker.io/library/nginx:latest"), ("nginx:1.2", "docker.io/library/nginx:1.2"),
        ("me/app", "docker.io/me/app:latest"), ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/library/nginx:1", "docker.io/library/nginx:1"),
        ("localhost/app:1", "localhost/app:1"), ("localhost:5000/app", "localhost:5000/app:latest"),
        ("ghcr.io/a/b/c:V1_x.y-z", "ghcr.io/a/b/c:V1_x.y-z"), ("ko.local/x", "ko.local/x:latest"),
        ("x" + digest, "docker.io/library/x" + digest), ("x:1" + digest, "docker.io/library/x" + digest),
    ]) func full(_ name: String, _ full: String) {
        #expect(ImageName.normalised(name) == full)
        #expect(ImageName.normalised(full) == full)
    }

    @Test func whatAnImageThatIsAskedForByDigestCanBeCalled() {
        #expect(ImageName.tagged("kindest/node:v1.36.2" + Self.digest) == "kindest/node:v1.36.2")
        #expect(ImageName.tagged("r:5000/node" + Self.digest) == "r:5000/node:sha256-aaaaaaaaaaaa")
        #expect(ImageName.tagged("kindest/node:v1.36.2") == "kindest/node:v1.36.2")
        #expect(ImageName.digest(of: "a" + Self.digest)?.hex == String(repeating: "a", count: 64))
        #expect(ImageName.digest(of: "a:1") == nil)
    }

    @Test(arguments: [
        "", ":", "a:", "A", "a b", "/a", "a/", "a//b", "a:b:c", "-a", "a@b", "a@sha256:12", "a\n", "é",
        String(repeating: "a", count: 64), "a:" + String(repeating: "t", count: 129),
        String(repeating: "b/", count: 300) + "a", "a\"b", "<none>:<none>",
    ]) func none(_ name: String) {
        #expect(ImageName.normalised(name) == nil)
    }

    @Test(arguments: [
        ("linux/amd64", "linux/amd64"), ("linux/x86_64", "linux/amd64"), ("linux/aarch64", "linux/arm64"),
        ("linux/arm64/v8", "linux/arm64"), ("linux/arm", "linux/arm/v7"), ("linux/armhf", "linux/arm/v7"),
        ("linux/arm/6", "linux/arm/v6"), ("Linux/AMD64/v1", "linux/amd64"),
    ]) func platforms(_ text: String, _ usual: String) {
        #expect(ImagePlatform(text)?.description == usual)
    }

    @Test func platformsThatRunOthers() throws {
        let v7 = try #require(ImagePlatform("linux/arm/v7"))
        let v6 = try #require(ImagePlatform("linux/arm/v6"))
        #expect(v7.rank(of: v6) == 1 && v6.rank(of: v7) == nil)
        #expect(ImagePlatform("linux") == nil && ImagePlatform("linux//v7") == nil)
        #expect(ImagePlatform("linux/amd64")?.rank(of: v7) == nil)
    }
}
