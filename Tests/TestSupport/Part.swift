internal import Foundation
internal import Glibc
public import Testing

/// Something that tests on real parts need, and that is not in this package: a test has it with the trait
/// `.needs(...)`.
///
/// A part that is missing fails the test, by its name. Only those that `KINKAJOU_TEST_SKIP` names, separated by commas,
/// are done without: the tests that need them are skipped then, and `scripts/test` lists them at its end.
public struct Part: Sendable {
    /// What `KINKAJOU_TEST_SKIP` calls it.
    public let name: String
    /// What it is in turn made of.
    private let needs: [Part]
    /// Why it is missing and what to do; nil where it is there.
    private let obstacle: @Sendable () -> String?

    /// A part that the tests of one module alone need.
    ///
    /// - Parameters:
    ///   - name: What `KINKAJOU_TEST_SKIP` calls it.
    ///   - needs: What it is in turn made of.
    ///   - obstacle: Says why it is missing and what to do; nil where it is there.
    public init(_ name: String, needs: [Part] = [], _ obstacle: @escaping @Sendable () -> String?) {
        self.name = name
        self.needs = needs
        self.obstacle = obstacle
    }

    /// A program on PATH.
    public static func program(_ name: String) -> Part {
        Part(name) {
            let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            let isThere = path.contains { access("\($0)/\(name)", X_OK) == 0 }
            return isThere ? nil : "it is not on PATH: run scripts/bootstrap packages"
        }
    }

    /// The user root.
    public static let root = Part("root") { geteuid() == 0 ? nil : "this is not root: run the tests as root" }
    /// A Docker engine that answers.
    public static let docker = Part("docker", needs: [.root]) {
        let version = try? Command.run(["docker", "version"])
        return version?.status == 0 ? nil : "no Docker engine answers: run scripts/bootstrap"
    }
    /// The programs that a private engine is made of.
    public static let engine = Part(
        "engine",
        needs: [.root] + ["dockerd", "docker", "containerd", "runc", "busybox"].map(program)
    ) { nil }
    /// The static release binaries.
    public static let binaries = Part("binaries") {
        do {
            let binary = try BuiltBinary.path("kinkajou")
            return try BuiltBinary.libraries(of: binary).isEmpty
                ? nil
                : "\(binary) is a debug build: set KINKAJOU_BIN_DIR to the release binaries of make build"
        } catch {
            return "\(error)"
        }
    }
    /// The image of Pods.
    public static let podImage = Part("pod-image", needs: [.docker]) { ImageUnderTest.pod.obstacle }
    /// The image of clusters' nodes.
    public static let nodeImage = Part("node-image", needs: [.docker]) { ImageUnderTest.node.obstacle }
    /// What a host cluster is made of.
    public static let hostCluster = Part(
        "host-cluster", needs: [.binaries, .podImage, .nodeImage, .program("kubectl")]
    ) { nil }
    /// The virtual machine of `scripts/vm`.
    public static let virtualMachine = Part("vm", needs: [.root]) {
        let image = try? Command.run([HostCluster.repository + "/scripts/vm", "image"])
        return image?.status == 0 ? nil : image?.errors ?? "scripts/vm cannot be run"
    }

    /// This and all that it is made of, what others are made of first.
    fileprivate var all: [Part] { needs.flatMap(\.all) + [self] }

    /// Whether tests with these parts are to run.
    ///
    /// - Throws: ``Missing``.
    static func areThere(_ parts: [Part], skipped: Set<String>) throws -> Bool {
        let all = parts.flatMap(\.all)
        guard !all.contains(where: { skipped.contains($0.name) }) else { return false }
        for part in all {
            if let obstacle = part.obstacle() { throw Missing(name: part.name, obstacle: obstacle) }
        }
        return true
    }

    /// What `KINKAJOU_TEST_SKIP` names.
    static var skipped: Set<String> {
        let text = ProcessInfo.processInfo.environment["KINKAJOU_TEST_SKIP"] ?? ""
        return Set(text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
    }

    /// A part that is missing though nobody has said to do without it.
    public struct Missing: Error, CustomStringConvertible {
        let name: String
        let obstacle: String
        /// The part, why, and what to do.
        public var description: String {
            "the part '\(name)' is missing: \(obstacle) (or skip these tests: KINKAJOU_TEST_SKIP=\(name))"
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// Fails the tests where a part is missing, and skips them where `KINKAJOU_TEST_SKIP` names one.
    public static func needs(
        _ parts: Part..., sourceLocation: SourceLocation = #_sourceLocation
    ) -> Self {
        let skipped = Part.skipped
        let named = Set(parts.flatMap(\.all).map(\.name)).intersection(skipped).sorted()
        let reason: Comment = "KINKAJOU_TEST_SKIP names \(named.joined(separator: ", "))"
        return .enabled(reason, sourceLocation: sourceLocation) {
            try Part.areThere(parts, skipped: skipped)
        }
    }
}
