import Testing

@testable import OCIRuntime

@Suite struct RuntimeCallTests {
    private func call(_ line: String) -> RuntimeCall {
        RuntimeCall(arguments: line.split(separator: " ").map { Array(($0 == "''" ? "" : $0).utf8) })
    }

    /// The path that the call reads, with `exec:` before it and the container behind it for exec.
    private func spec(_ line: String) -> String? {
        switch call(line).spec {
        case .config(let path): String(decoding: path, as: UTF8.self)
        case .process(let path, let container):
            "exec:\(String(decoding: path, as: UTF8.self)):\(String(decoding: container ?? [], as: UTF8.self))"
        case nil: nil
        }
    }

    @Test(arguments: [
        // As containerd, podman and people call it.
        (
            "--root /run/containerd/runc/moby --log /b/log.json --log-format json create --bundle /b "
                + "--pid-file /b/init.pid --console-socket /tmp/pty c1", "/b/config.json"
        ),
        ("--systemd-cgroup --rootless=true --root=/r create --bundle /b --no-pivot c1", "/b/config.json"),
        ("create c1", "config.json"),
        ("create --bundle /b c1", "/b/config.json"), ("create --bundle=/b c1", "/b/config.json"),
        ("create -bundle /b c1", "/b/config.json"), ("create -bundle=/b c1", "/b/config.json"),
        ("create -b /b c1", "/b/config.json"), ("create --b=/b c1", "/b/config.json"),
        ("create c1 --bundle /b", "/b/config.json"), ("create c1 -b=/b --pid-file x", "/b/config.json"),
        ("create --pid-file --bundle -b /c c1", "/c/config.json"),
        ("create --bundle /b --bundle /c c1", "/c/config.json"), ("create --bundle '' c1", "config.json"),
        ("create --bundle= c1", "config.json"), ("create --bundle /b -- c1", "/b/config.json"),
        ("create -- c1", "config.json"), ("run -d --keep --no-subreaper c1", "config.json"),
        ("run --preserve-fds 3 --detach=true c1", "config.json"),
        ("restore --image-path /i --work-path /w --bundle /b -d --empty-ns network c1", "/b/config.json"),
        ("-- create c1", "config.json"), ("--debug -- create -b /b c1", "/b/config.json"),
        ("--debug create c1", "config.json"),
        ("--criu create create c1", "config.json"), ("--debug=false --log '' run c1", "config.json"),
        // runc 1.4 and crun: another file than config.json, taken from the current directory.
        ("run --bundle /b --config spec.json c1", "spec.json"), ("create -f /x.json c1", "/x.json"),
        ("--cgroup-manager=cgroupfs --log-level debug create -b /b c1", "/b/config.json"),
        ("--cgroup-manager cgroupfs create -b /b c1", "/b/config.json"),
        // Options of the future.
        ("--shiny create -b /b c1", "/b/config.json"), ("--shiny=1 create -b /b c1", "/b/config.json"),
        ("--shiny new create -b /b c1", "/b/config.json"), ("create --shiny -b /b c1", "/b/config.json"),
        ("create --shiny new -b /b c1", "/b/config.json"), ("create --shiny=1 c1", "config.json"),
    ])
    func findsTheConfig(line: String, expected: String) {
        #expect(spec(line) == expected)
    }

    @Test(arguments: [
        ("exec --process /p.json c1", "exec:/p.json:c1"), ("exec -p /p.json -d c1", "exec:/p.json:c1"),
        ("exec --process=/p.json --detach --pid-file /x c1", "exec:/p.json:c1"),
        (
            "--root /r --log /l --log-format json exec --process /tmp/runc-process1 --console-socket /s "
                + "--detach --pid-file /f c1", "exec:/tmp/runc-process1:c1"
        ),
        ("exec -t -e A=b --cwd / -c CAP_KILL -p /p.json -- c1", "exec:/p.json:c1"),
        ("exec --shiny --process /p.json c1", "exec:/p.json:c1"),
        ("-- exec -p /p.json c1", "exec:/p.json:c1"),
    ])
    func findsTheProcess(line: String, expected: String) {
        #expect(spec(line) == expected)
    }

    @Test(arguments: [
        "", "--version", "-v", "--help", "features", "state c1", "delete --force c1", "kill c1 15",
        "list -f json",
        "spec --bundle /b", "update --bundle /b c1", "start c1", "checkpoint c1", "events c1", "ps c1",
        "createx c1",
        "exec c1 sh", "exec c1 --process /p.json", "exec c1 sh -p 80", "exec -- c1 --process /p.json", "exec",
        "exec -e --process /p.json c1", "exec --process", "exec --process ''",
        // Only something printed, or a line that the runtime refuses.
        "--help create -b /b c1", "--version create c1", "create --help", "run -h c1",
        "exec --help -p /p.json c1",
        "create", "create c1 c2", "create --bundle /b", "create -- c1 --bundle /b", "--log",
        "--log create c1",
        // Perhaps the bundle in a spelling of its own: not the current directory, then.
        "create --bundl /b c1", "create -b/b c1", "run --shiny c1",
        // What looks like an option's value is none.
        "--shiny new", "- create",
    ])
    func leavesEverythingElseAlone(line: String) {
        #expect(spec(line) == nil)
    }

    @Test func findsTheLogAndTheRoot() {
        let first = call("--log /l -log-format=json --root /r create c1")
        #expect(first.log == Array("/l".utf8))
        #expect(first.logFormat == Array("json".utf8))
        #expect(first.root == Array("/r".utf8))
        let second = call("--log=/a --log=/b=c create --log /x c1")
        #expect(second.log == Array("/b=c".utf8))
        #expect(second.logFormat == Array("text".utf8))
        #expect(second.root == nil)
    }

    @Test func argumentsNeedNotBeText() {
        let bundle: [UInt8] = [UInt8(ascii: "/"), 0xFF, 0xFE]
        let call = RuntimeCall(arguments: [Array("create".utf8), Array("-b".utf8), bundle, [0x80]])
        #expect(call.spec == .config(path: bundle + Array("/config.json".utf8)))
    }

    @Test func randomLinesNeverCrash() {
        var random = SeededGenerator(seed: 7)
        let words = [
            "create", "exec", "run", "--", "-", "---", "--=", "-=x", "--bundle", "-b", "=", "", "--process",
            "-p", "--log",
            "/x", "\u{0}", "--bundle=", "-p=/y", "restore", "--help=",
        ].map { Array($0.utf8) }
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...8, using: &random)
            let line = (0..<count).map { _ in words[Int.random(in: words.indices, using: &random)] }
            if case .process(let path, _) = RuntimeCall(arguments: line).spec { #expect(!path.isEmpty) }
        }
    }
}
