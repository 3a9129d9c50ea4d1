import Glibc
import TestSupport
import Testing

@Suite("On a terminal", .needs(.root))
struct TerminalTests {
    @Test("Ctrl-C reaches the child, which is in the foreground", arguments: [true, false])
    func interrupt(asNamespaceInit: Bool) throws {
        let terminal = try Pty()
        let path = try InitUnderTest().path
        let process = try ChildProcess(
            terminal.session(
                "exec \(path) -s -- /bin/sh -c 'trap \"echo interrupted; exit 7\" INT; echo ready; \(waitForever)'",
                isNamespaceInit: asNamespaceInit))
        defer { process.end() }
        try terminal.waitForOutput("ready")
        let child = try #require(ProcessSnapshot.children(of: process.pid).first)
        #expect(getpgid(child) == child)
        #expect(ProcessSnapshot.foregroundGroup(of: child) == child)
        terminal.type("\u{3}")
        try terminal.waitForOutput("interrupted")
        #expect(try process.wait() == 7)
    }

    @Test("Ctrl-Z stops the child, not the init, and SIGCONT lets it go on", arguments: [true, false])
    func suspend(asNamespaceInit: Bool) throws {
        let terminal = try Pty()
        let path = try InitUnderTest().path
        let process = try ChildProcess(
            terminal.session(
                "stty -echo; exec \(path) -s -- /bin/sh -c 'echo ready; exec cat'",
                isNamespaceInit: asNamespaceInit))
        defer { process.end() }
        try terminal.waitForOutput("ready")
        terminal.type("one\n")
        try terminal.waitForOutput("one")
        let child = try #require(ProcessSnapshot.children(of: process.pid).first)
        terminal.type("\u{1a}")
        try Wait.until("the child to stop") {
            ProcessSnapshot.status("State", of: child)?.hasPrefix("T") == true
        }
        // It was woken by the news, and sleeps again.
        try Wait.until("the init to sleep") {
            ProcessSnapshot.status("State", of: process.pid)?.hasPrefix("S") == true
        }
        process.signal(SIGCONT)
        terminal.type("two\n")
        try terminal.waitForOutput("two")
        terminal.type("\u{4}")
        #expect(try process.wait() == 0)
    }

    @Test("A background reader stops alone, and the init can always write")
    func backgroundReader() throws {
        let terminal = try Pty()
        let path = try InitUnderTest().path
        // With tostop, a background process that writes is stopped too; the init is one.
        let script =
            "trap \"kill -KILL $$\" USR1; sleep 1000 & p=$!; set -m; cat & echo ready; while :; do wait $p; done"
        let process = try ChildProcess(
            terminal.session(
                "stty tostop; exec \(path) -vvv -- /bin/sh -c '\(script)'", isNamespaceInit: true))
        defer { process.end() }
        try terminal.waitForOutput("ready")
        try Wait.until("the reader to be stopped") {
            ProcessSnapshot.descendants(of: process.pid)
                .contains { ProcessSnapshot.status("State", of: $0)?.hasPrefix("T") == true }
        }
        process.signal(SIGWINCH)
        try terminal.waitForOutput("Passing signal: 'SIGWINCH'")
        process.signal(SIGUSR1)
        #expect(try process.wait() == 137)
    }

    @Test("A script that runs the init gets the terminal back")
    func returned() throws {
        let terminal = try Pty()
        let path = try InitUnderTest().path
        let process = try ChildProcess(
            terminal.session("\(path) -s -- true; echo ready; read x; echo \"read <$x>\""))
        defer { process.end() }
        try terminal.waitForOutput("ready")
        terminal.type("line\n")
        try terminal.waitForOutput("read <line>")
        #expect(try process.wait() == 0)
    }

    @Test("From the background the init does not take it")
    func background() throws {
        let terminal = try Pty()
        let path = try InitUnderTest().path
        let process = try ChildProcess(
            terminal.session("set -m; \(path) -s -- sh -c 'echo running; exec sleep 1000' & wait"))
        defer {
            for pid in ProcessSnapshot.descendants(of: process.pid) { kill(pid, SIGKILL) }
            process.end()
        }
        try terminal.waitForOutput("running")
        #expect(ProcessSnapshot.foregroundGroup(of: process.pid) == process.pid)
    }
}
