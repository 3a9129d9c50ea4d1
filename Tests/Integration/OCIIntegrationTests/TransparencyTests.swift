import Foundation
import TestSupport
import Testing

/// Whatever the wrapper has no business with is what it would be without it.
@Suite("Transparency", .serialized, .needs(.engine))
struct TransparencyTests {
    let wrapper: String

    init() throws {
        wrapper = try BuiltBinary.path("kinkajou-oci")
    }

    /// Calls the wrapper and runc in the same way, and expects the same of both.
    private func expectSame(
        _ bundle: Bundle, _ command: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        func call(_ runtime: String) throws -> (Command.Result, log: String) {
            try? FileManager.default.removeItem(atPath: bundle.log)
            let result = try Command.run(bundle.words(runtime, command))
            // Only the times of the lines differ.
            let lines = bundle.logText().split(separator: "\n").map { $0.drop { $0 != " " } }
            return (result, lines.joined(separator: "\n"))
        }
        let plain = try call("runc")
        let wrapped = try call(wrapper)
        #expect(wrapped.0 == plain.0, sourceLocation: sourceLocation)
        #expect(wrapped.log == plain.log, sourceLocation: sourceLocation)
    }

    @Test func runcsOwnErrorsAreRuncsOwn() throws {
        let bundle = try Bundle()
        let good = try Data(contentsOf: URL(fileURLWithPath: bundle.config))
        try expectSame(bundle, ["run", "--bundle", "/there/is/no/such/bundle", "c"])
        try expectSame(bundle, ["create", "--bundle", bundle.directory])
        try expectSame(bundle, ["create", "--no-such-option", "--bundle", bundle.directory, "c"])
        try expectSame(bundle, ["exec", "--process", bundle.directory + "/none.json", "c"])
        try expectSame(bundle, ["state", "there-is-no-such-container"])
        try expectSame(bundle, ["no-such-command"])
        try expectSame(bundle, ["--version"])
        try expectSame(bundle, ["run", "--help"])
        // criu is not there, or there is no image: either way runc says it.
        try expectSame(bundle, ["restore", "--bundle", bundle.directory, "--image-path", "/nowhere", "c"])
        let broken: [Data] = [
            Data(), Data("{".utf8), Data("not JSON".utf8), good.dropLast(20), Data([0xFF, 0xFE, 0x00]),
            Data(#"{"ociVersion":"1.0.2","process":{"capabilities":7,"oomScoreAdj":"x"}}"#.utf8),
            Data((String(repeating: "[", count: 200_000)).utf8),
        ]
        for data in broken {
            try data.write(to: URL(fileURLWithPath: bundle.config))
            try expectSame(bundle, ["run", "--bundle", bundle.directory, "c"])
            #expect(try Data(contentsOf: URL(fileURLWithPath: bundle.config)) == data)
        }
        try FileManager.default.removeItem(atPath: bundle.config)
        try expectSame(bundle, ["run", "--bundle", bundle.directory, "c"])
    }

    @Test func descriptorsReachTheContainer() throws {
        let bundle = try Bundle(script: "cat <&3; ls /proc/self/fd | wc -l") { $0.demandAllCapabilities() }
        let payload = bundle.directory + "/payload"
        try Data("through descriptor 3\n".utf8).write(to: URL(fileURLWithPath: payload))
        let prefix = ["sh", "-c", "exec 3<\(payload); exec \"$@\"", "sh"] + Privileges.withoutSome
        let wrapped = try bundle.run(wrapper, prefix: prefix, options: ["--preserve-fds", "1"])
        #expect(wrapped.status == 0, "\(wrapped.errors)")
        // 0 to 3, and the one that ls reads the directory by: none of the wrapper's.
        #expect(wrapped.output == "through descriptor 3\n5\n")
    }

    @Test func inputAndOutputAreBytes() throws {
        let bundle = try Bundle(script: "cat") { $0.demandAllCapabilities() }
        var bytes = Data((0...255).map { UInt8($0) })
        for _ in 0..<10 { bytes += bytes }
        let input = bundle.directory + "/input"
        let output = bundle.directory + "/output"
        try bytes.write(to: URL(fileURLWithPath: input))
        let prefix = ["sh", "-c", "exec <\(input) >\(output); exec \"$@\"", "sh"] + Privileges.withoutSome
        #expect(try bundle.run(wrapper, prefix: prefix).status == 0)
        #expect(try Data(contentsOf: URL(fileURLWithPath: output)) == bytes)
    }

    @Test func theRuntimeIsCalledAsTheWrapperWas() throws {
        let bundle = try Bundle()
        // A runtime that tells what it was given: name, arguments, environment, signals.
        let bin = bundle.directory + "/bin"
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
        for (name, target) in [("shows-itself", "cat"), ("shows-environment", "env")] {
            let path = try Command.require("sh", "-c", "command -v \(target)").dropLast()
            try FileManager.default.createSymbolicLink(
                atPath: "\(bin)/\(name)", withDestinationPath: String(path))
        }
        let blocked: UInt64 = 1 << 9 | 1 << 13
        let ignored: UInt64 = 1 << 0 | 1 << 11
        func call(_ runtime: String, _ arguments: [String]) throws -> Command.Result {
            var setup = ChildProcess.Setup(wrapper, arguments)
            setup.environment = ["KINKAJOU_OCI_RUNTIME=\(bin)/\(runtime)", "ODD=a\nb", "EMPTY=", "PATH=/x"]
            setup.signalMask = blocked
            setup.ignoredSignals = ignored
            return try Command.run(setup)
        }
        let words = try call("shows-itself", ["/proc/self/cmdline", ""]).output.split(
            separator: "\0", omittingEmptySubsequences: false)
        #expect(words == ["shows-itself", "/proc/self/cmdline", "", ""])
        let status = try call("shows-itself", ["/proc/self/status"]).output
        func signals(_ field: String) -> UInt64? {
            let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":\t") }
            // Without the real-time signals: 32 and 33 are the C library's and hidden from the test.
            return line.flatMap { UInt64($0.dropFirst(field.count + 2), radix: 16) }.map { $0 & 0x7FFF_FFFF }
        }
        #expect(signals("SigBlk") == blocked)
        #expect(signals("SigIgn") == ignored)
        let environment = try call("shows-environment", ["-0"])
        let variables = environment.output.split(separator: "\0").map(String.init)
        #expect(
            variables == ["KINKAJOU_OCI_RUNTIME=\(bin)/shows-environment", "ODD=a\nb", "EMPTY=", "PATH=/x"])
    }

    @Test func argumentsNeedNotBeText() throws {
        let script = #"exec "$0" "$(printf 'a\377\376b')" "" "x y" | od -An -c"#
        var setup = ChildProcess.Setup("sh", ["-c", script, wrapper])
        setup.environment = ["KINKAJOU_OCI_RUNTIME=echo", "PATH=/usr/bin:/bin"]
        let result = try Command.run(setup)
        let characters = result.output.split(whereSeparator: \.isWhitespace)
        #expect(characters == ["a", "377", "376", "b", "x", "y", "\\n"])
    }

    @Test func theSubcommandIsTheSameProgram() throws {
        let kinkajou = try BuiltBinary.path("kinkajou")
        let plain = try Command.run(["runc", "--version"])
        #expect(plain.status == 0)
        #expect(try Command.run([kinkajou, "oci", "--version"]) == plain)
        #expect(try Command.run([kinkajou, "oci", "--", "--version"]) == plain)
        #expect(try Command.run([wrapper, "--", "--version"]) == plain)
    }
}
