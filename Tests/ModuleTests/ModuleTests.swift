import Foundation
import Testing

/// What the package's manifest and CONTRIBUTING.md say of the modules is what their files import.
@Suite struct ModuleTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../..").standardizedFileURL.path
    /// What every file may import: it comes with the toolchain.
    private static let toolchain: Set = [
        "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Testing",
    ]

    /// A target of the manifest.
    struct Target {
        var name: String
        var path: String
        var dependencies: Set<String>
        var imports: Set<String> = []
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOfFile: repository + "/" + path, encoding: .utf8)
    }

    /// The quoted words of a text that match.
    private static func words(_ pattern: String, in text: String) throws -> [String] {
        try NSRegularExpression(pattern: pattern, options: .anchorsMatchLines)
            .matches(in: text, range: NSRange(text.startIndex..., in: text))
            .compactMap { Range($0.range(at: 1), in: text).map { String(text[$0]) } }
    }

    private static func targets() throws -> [Target] {
        let manifest = try text("Package.swift").components(separatedBy: "targets: [\n").last ?? ""
        let blocks = try NSRegularExpression(pattern: #"\.(target|testTarget|executableTarget)\("#)
            .matches(in: manifest, range: NSRange(manifest.startIndex..., in: manifest))
            .compactMap { Range($0.range, in: manifest)?.lowerBound }
        return try blocks.indices.compactMap { index in
            let end = index + 1 < blocks.count ? blocks[index + 1] : manifest.endIndex
            let block = String(manifest[blocks[index]..<end])
            guard let name = try words(#"name: "([^"]+)""#, in: block).first else { return nil }
            // Up to the settings; `package:` names where a product comes from.
            var list = block.components(separatedBy: "dependencies: [").dropFirst().first ?? ""
            list = list.components(separatedBy: "swiftSettings").first ?? ""
            list = list.components(separatedBy: "exclude: [").first ?? ""
            list = list.components(separatedBy: "path: \"").first ?? ""
            list = list.replacing(try Regex(#"package: "[^"]+""#), with: "")
            let folder = block.hasPrefix(".testTarget") ? "Tests/" : "Sources/"
            let path = try words(#"path: "([^"]+)""#, in: block).first ?? folder + name
            var target = Target(
                name: name, path: path, dependencies: Set(try words(#""([^"]+)""#, in: list)))
            target.imports = try imports(in: path)
            return target
        }
    }

    private static func files(in path: String) -> [String] {
        (FileManager.default.enumerator(atPath: repository + "/" + path)?.compactMap { $0 as? String } ?? [])
            .filter { $0.hasSuffix(".swift") }.map { path + "/" + $0 }
    }

    private static func imports(in path: String) throws -> Set<String> {
        let pattern = #"^(?:@testable |@preconcurrency |public |internal )*import (?:\w+ )?(\w+)$"#
        return Set(try files(in: path).flatMap { try words(pattern, in: text($0)) }).subtracting(toolchain)
    }

    /// What is not declared is found only because something else is built; what is declared in vain is built in vain.
    @Test func theManifestSaysWhatIsImported() throws {
        let targets = try Self.targets()
        #expect(targets.count > 30)
        for target in targets where target.name != "CLinux" {
            #expect(
                target.imports == target.dependencies,
                "\(target.name): \(target.imports.symmetricDifference(target.dependencies).sorted())")
        }
    }

    /// The rows of the table: a module, and what is in it.
    private static func rows() throws -> [(name: String, isPure: Bool)] {
        try text("CONTRIBUTING.md").split(separator: "\n").filter { $0.hasPrefix("| `Sources/") }.map { row in
            let name = try words("`Sources/([^`]+)`", in: String(row)).first ?? ""
            return (name, row.hasSuffix(". Pure |"))
        }
    }

    @Test func theHandbookHasEveryModule() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.repository + "/Sources")
            .filter { !$0.hasPrefix("kinkajou") && !$0.hasPrefix(".") }
        let rows = try Self.rows().map(\.name).filter { !$0.hasPrefix("kinkajou") }
        #expect(rows.sorted() == folders.sorted())
    }

    /// The arrows go one way: nothing pure imports anything that acts.
    @Test func nothingPureImportsWhatActs() throws {
        let pure = Set(try Self.rows().filter(\.isPure).map(\.name))
        #expect(pure.count >= 5)
        for target in try Self.targets() where pure.contains(target.name) {
            let acting = target.imports.subtracting(pure).subtracting(["TOMLKit", "Yams"])
            #expect(acting.isEmpty, "\(target.name): \(acting.sorted())")
        }
    }

    /// Who opens a file by its name finds the one that is meant.
    @Test func noTwoFilesHaveOneName() {
        let names = Self.files(in: "Sources").compactMap { $0.split(separator: "/").last.map(String.init) }
        let twice = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 && $0.key != "main.swift" }
        #expect(twice.isEmpty, "\(twice.keys.sorted())")
    }
}
