import Foundation
import TestSupport
import Testing

/// The wrapper in front of the real runc, without an engine.
@Suite(
    "Clamping in front of runc", .serialized, .needs(.engine)
)
struct ClampingTests {
    let wrapper: String

    init() throws {
        wrapper = try BuiltBinary.path("kinkajou-oci")
    }

    @Test func aPrivilegedContainerGetsWhatThereIs() throws {
        let bundle = try Bundle(script: "cat /proc/self/status; exit 7") { $0.demandAllCapabilities() }
        let plain = try bundle.run("runc", prefix: Privileges.withoutSome)
        #expect(plain.status == 1)
        #expect(plain.errors.contains("unable to apply caps"), "\(plain.errors)")
        let wrapped = try bundle.run(wrapper, prefix: Privileges.withoutSome)
        #expect(wrapped.status == 7, "\(wrapped.errors)")
        #expect(Privileges.boundingSet(in: wrapped.output) == Privileges.some)
        #expect(wrapped.errors == "")
        #expect(try bundle.leftovers() == [])
    }

    @Test func plainRuncFailsOnlyWhereSomethingIsMissing() throws {
        let bundle = try Bundle { $0.demandAllCapabilities() }
        let isFull = Privileges.boundingSet & Privileges.everything == Privileges.everything
        #expect((try bundle.run("runc").status == 0) == isFull)
        let wrapped = try bundle.run(wrapper)
        #expect(wrapped.status == 0, "\(wrapped.errors)")
        #expect(bundle.logText().contains("kinkajou-oci: dropped") == !isFull)
    }

    @Test func limitsGoAsFarAsTheyCan() throws {
        let bundle = try Bundle(script: "ulimit -Hn; ulimit -Sn; ulimit -Hc") {
            $0.alterProcess { process in
                process["rlimits"] = [
                    ["type": "RLIMIT_NOFILE", "hard": 1_073_741_000, "soft": 1_073_741_000],
                    ["type": "RLIMIT_CORE", "hard": 0, "soft": 0],
                ]
            }
        }
        let prefix = ["sh", "-c", "ulimit -Sn 700; ulimit -Hn 800; exec \"$@\"", "sh"]
        let wrapped = try bundle.run(wrapper, prefix: prefix + Privileges.withoutSome)
        #expect(wrapped.status == 0, "\(wrapped.errors)")
        #expect(wrapped.output == "800\n800\n0\n")
        #expect(bundle.logText().contains("lowered the hard limit of RLIMIT_NOFILE from 1073741000 to 800"))
    }

    @Test func theOOMScoreGoesAsLowAsItCan() throws {
        let bundle = try Bundle(script: "cat /proc/self/oom_score_adj") {
            $0.alterProcess { $0["oomScoreAdj"] = -1000 }
        }
        // A score that was raised without the capability can be lowered again to where it was.
        let raise = ["sh", "-c", "echo 1000 >/proc/self/oom_score_adj; exec \"$@\"", "sh"]
        let wrapped = try bundle.run(wrapper, prefix: Privileges.withoutSome + raise)
        #expect(wrapped.status == 0, "\(wrapped.errors)")
        let score = try #require(Int(wrapped.output.dropLast()))
        // Whatever it is (that depends on who started the tests): one lower cannot be had.
        let lower = ["sh", "-c", "echo \(score - 1) >/proc/self/oom_score_adj"]
        #expect(try score == -1000 || Command.run(Privileges.withoutSome + lower).status != 0)
        #expect(
            bundle.logText().contains("raised process.oomScoreAdj from -1000 to \(score)") || score == -1000)
    }

    @Test func whereNothingIsMissingTheFileIsNotTouched() throws {
        let bundle = try Bundle(script: "echo out; echo err >&2; exit 3")
        let before = try Bundle.identity(of: bundle.config)
        let wrapped = try bundle.run(wrapper, prefix: Privileges.withoutSome)
        #expect(wrapped.status == 3)
        #expect(wrapped.output == "out\n")
        #expect(wrapped.errors == "err\n")
        #expect(try Bundle.identity(of: bundle.config) == before)
        #expect(bundle.logText() == "")
    }

    @Test func aUserNamespaceHasEveryCapability() throws {
        let bundle = try Bundle(script: "cat /proc/self/status") {
            $0.demandAllCapabilities()
            $0.addUserNamespace()
        }
        let before = try Bundle.identity(of: bundle.config)
        let wrapped = try bundle.run(wrapper, prefix: Privileges.withoutSome)
        #expect(wrapped.status == 0, "\(wrapped.errors)")
        #expect(Privileges.boundingSet(in: wrapped.output) == Privileges.everything)
        #expect(try Bundle.identity(of: bundle.config) == before)
    }

    @Test(arguments: [false, true])
    func execIsClampedToo(inUserNamespace: Bool) throws {
        let bundle = try Bundle(script: "exec sleep 300") {
            if inUserNamespace { $0.addUserNamespace() }
        }
        let container = bundle.newContainer()
        let start = ["run", "--detach", "--bundle", bundle.directory, container]
        var setup = ChildProcess.Setup("sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh"])
        setup.arguments += bundle.words(wrapper, start)
        #expect(try Command.run(setup).status == 0, "\(bundle.logText())")

        var process = try Bundle.object(at: bundle.config)
        process.demandAllCapabilities()
        process.alterProcess { $0["args"] = ["/bin/busybox", "sh", "-c", "cat /proc/self/status; exit 9"] }
        let file = bundle.directory + "/process.json"
        try Bundle.write(process["process"] as? [String: Any] ?? [:], to: file)
        let before = try Bundle.identity(of: file)
        let command = bundle.words(wrapper, ["exec", "--process", file, container])
        let result = try Command.run(Privileges.withoutSome + command)
        #expect(result.status == 9, "\(result.errors)\(bundle.logText())")
        #expect(
            Privileges.boundingSet(in: result.output)
                == (inUserNamespace ? Privileges.everything : Privileges.some))
        #expect((try Bundle.identity(of: file) == before) == inUserNamespace)
    }

    @Test func logsInTheFormatOfTheCall() throws {
        let text = try Bundle { $0.demandAllCapabilities() }
        #expect(try text.run(wrapper, prefix: Privileges.withoutSome).status == 0)
        let json = try Bundle { $0.demandAllCapabilities() }
        #expect(try json.run(wrapper, logFormat: "json", prefix: Privileges.withoutSome).status == 0)

        let line = try #require(text.logText().split(separator: "\n").first.map(String.init))
        #expect(line.hasPrefix("time=\""))
        #expect(line.contains(" level=info msg=\"kinkajou-oci: dropped CAP_SYS_RESOURCE"), "\(line)")
        let data = try #require(json.logText().split(separator: "\n").first).data(using: .utf8)
        let fields = try JSONDecoder().decode([String: String].self, from: #require(data))
        #expect(fields["level"] == "info")
        #expect(fields["msg"]?.contains("CAP_WAKE_ALARM") == true)
        #expect(fields["time"].flatMap { ISO8601DateFormatter().date(from: $0) } != nil)
    }

    @Test func aBundleThatCannotBeWrittenGoesToRuncAsItIs() throws {
        let bundle = try Bundle { $0.demandAllCapabilities() }
        let before = try Data(contentsOf: URL(fileURLWithPath: bundle.config))
        // In a mount namespace of its own, so that nothing needs to be unmounted.
        let prefix =
            ["unshare", "--mount", "--propagation", "private", "sh", "-ec"] + [
                "mount --bind \(bundle.directory) \(bundle.directory); "
                    + "mount -o remount,bind,ro \(bundle.directory); exec \"$@\"", "sh",
            ] + Privileges.withoutSome
        let log = bundle.directory + ".log"
        defer { unlink(log) }
        let words = [wrapper, "--root", "/run/kinkajou-oci-test", "--log", log]
        let result = try Command.run(
            prefix + words + ["run", "--bundle", bundle.directory, bundle.newContainer()])
        #expect(result.status == 1)
        #expect(result.errors.contains("unable to apply caps"), "\(result.errors)")
        let text = try String(contentsOfFile: log, encoding: .utf8)
        #expect(text.contains("level=warning msg=\"kinkajou-oci: left \(bundle.config) as it is"), "\(text)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: bundle.config)) == before)
        rmdir("/run/kinkajou-oci-test")
    }
}
