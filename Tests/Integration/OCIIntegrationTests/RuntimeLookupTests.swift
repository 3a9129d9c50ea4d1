import Foundation
import TestSupport
import Testing

@Suite("Finding the real runtime", .needs(.engine))
final class RuntimeLookupTests {
    let wrapper: String
    let directory: String

    init() throws {
        wrapper = try BuiltBinary.path("kinkajou-oci")
        directory = "/tmp/kinkajou-oci-lookup-\(UInt64.random(in: .min ... .max))"
        for name in ["first", "second"] {
            try FileManager.default.createDirectory(
                atPath: "\(directory)/\(name)", withIntermediateDirectories: true)
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }

    private func script(_ name: String, mode: Int = 0o755, text: String? = nil) throws {
        let path = "\(directory)/\(name)"
        try (text ?? "#!/bin/sh\necho \(name) \"$@\"\n").write(
            toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func call(
        runtime: String? = nil, path: String? = nil, program: String? = nil, _ arguments: [String] = ["x"]
    ) throws -> Command.Result {
        var setup = ChildProcess.Setup(program ?? wrapper, arguments)
        setup.environment = ["PATH=\(path ?? "\(directory)/first:\(directory)/second")"]
        if let runtime { setup.environment?.append("KINKAJOU_OCI_RUNTIME=\(runtime)") }
        return try Command.run(setup)
    }

    @Test func runcComesBeforeCrunAndTheVariableBeforeBoth() throws {
        try script("first/crun")
        #expect(try call().output == "first/crun x\n")
        try script("second/runc")
        #expect(try call().output == "second/runc x\n")
        try script("second/other")
        #expect(try call(runtime: "other").output == "second/other x\n")
        #expect(try call(runtime: "\(directory)/first/crun").output == "first/crun x\n")
        #expect(try call(runtime: "").output == "second/runc x\n")
        // A directory and a file that cannot be executed are none.
        try FileManager.default.createDirectory(
            atPath: "\(directory)/first/runc", withIntermediateDirectories: true)
        #expect(try call().output == "second/runc x\n")
        try script("second/runc", mode: 0o644)
        #expect(try call().output == "first/crun x\n")
    }

    @Test func itNeverPicksItself() throws {
        try script("second/runc")
        let impostor = "\(directory)/first/runc"
        try FileManager.default.createSymbolicLink(atPath: impostor, withDestinationPath: wrapper)
        #expect(try call().output == "second/runc x\n")
        #expect(try call(program: impostor).output == "second/runc x\n")
        try FileManager.default.removeItem(atPath: impostor)
        // A copy, and another build: stripped, and with other bytes behind it.
        try Command.require("sh", "-c", "strip -o \(impostor) \(wrapper) && echo more >>\(impostor)")
        #expect(try call().output == "second/runc x\n")
        #expect(try call(program: impostor).output == "second/runc x\n")
        let itself = try call(runtime: impostor)
        #expect(itself.status == 127)
        #expect(itself.errors.contains("is this wrapper itself"), "\(itself.errors)")
    }

    @Test func withoutARuntimeItSaysSo() throws {
        let log = directory + "/log"
        for arguments in [
            ["--log", log, "--log-format", "json", "create", "c"], ["--log=\(log)", "--version"],
        ] {
            let result = try call(arguments)
            #expect(result.status == 127)
            #expect(result.output == "")
            #expect(result.errors.contains("no OCI runtime found"), "\(result.errors)")
            #expect(result.errors.contains("KINKAJOU_OCI_RUNTIME"))
        }
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.contains(#""level":"error","msg":"kinkajou-oci: no OCI runtime found"#) == true)
        #expect(lines.last?.contains("level=error msg=\"kinkajou-oci: no OCI runtime found") == true)
        #expect(try call(runtime: "./runc").status == 127)
        #expect(try call(runtime: "/there/is/none").status == 127)
        #expect(try call(runtime: "none").status == 127)
        // Relative entries of PATH do not count.
        try script("first/runc")
        var setup = ChildProcess.Setup("sh", ["-c", "cd \(directory)/first && exec \(wrapper) x"])
        setup.environment = ["PATH=:.:/nowhere"]
        setup.executable = "/bin/sh"
        #expect(try Command.run(setup).status == 127)
    }

    @Test func whatCannotBeExecutedIsNamed() throws {
        try script("first/runc", text: "#!/there/is/no/interpreter\n")
        let result = try call()
        #expect(result.status == 126)
        #expect(
            result.errors.contains("cannot execute \(directory)/first/runc: No such file"), "\(result.errors)"
        )
    }
}
