import HostFacts
import Testing

struct SystemFactsTests {
    /// A shell catches SIGINT and SIGCHLD at most; an init catches SIGTERM, or has it blocked and waits for it.
    @Test(arguments: [
        ("0000000000000000", "0000000000010002", false), ("0000000000000000", "0000000000014002", true),
        ("fffffffe7ffbfeff", "0000000000000000", true), ("", "", false),
    ])
    func whatPID1TakesIsRead(blocked: String, caught: String, takes: Bool) {
        let status = "Name:\tsh\nSigBlk:\t\(blocked)\nSigIgn:\t0000000000004000\nSigCgt:\t\(caught)\n"
        #expect(InitFacts.parse(status) == InitFacts(name: "sh", takesTermination: takes))
        #expect(InitFacts.parse("") == nil)
        // One that waits for signals shows no mask while it does.
        let waiting = "Name:\ttini\nSigBlk:\t0000000000000000\nSigCgt:\t0000000000000000\n"
        #expect(InitFacts.parse(waiting)?.takesTermination == true)
    }

    @Test func keysAreThoseOfTheUser() {
        let text = "    0:     9 8/8 3/1000000 40/25000000\n 1000:     2 2/2 199/200 60/20000\n"
        #expect(KeyFacts.parse(text, userID: 0) == KeyFacts(used: 3, limit: 1_000_000))
        #expect(KeyFacts.parse(text, userID: 1000) == KeyFacts(used: 199, limit: 200))
        #expect(KeyFacts.parse(text, userID: 7) == nil)
        #expect(KeyFacts.parse("0: 1\n", userID: 0) == nil)
    }

    @Test(arguments: [
        ("9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d\n", IdentityFacts.MachineID.valid), ("", .absent), ("\n", .absent),
        ("uninitialized\n", .absent), ("9B1DEB4D3B7D4BAD9BDD2B0D7B3DCB6D\n", .malformed),
        ("nonsense\n", .malformed),
    ])
    func machineIDsAreJudged(text: String, state: IdentityFacts.MachineID) {
        #expect(IdentityFacts.machineID(text) == state)
    }

    @Test(arguments: [
        ("docker-default (enforce)\n", "docker-default"), ("unconfined\n", nil), ("", nil),
        ("cri-containerd.apparmor.d (complain)\n", nil), ("docker-default (enforce)\0", "docker-default"),
    ])
    func profilesAreRead(attribute: String, profile: String?) {
        let facts = ConfinementFacts.parse(attribute: attribute, status: "NoNewPrivs:\t1\n")
        #expect(facts.enforcedProfile == profile)
        #expect(facts.noNewPrivileges)
        #expect(!ConfinementFacts.parse(attribute: "", status: "NoNewPrivs:\t0\n").noNewPrivileges)
    }

    @Test func loopbackProxiesAreKnown() {
        for host in ["localhost", "127.0.0.1", "127.1.2.3", "::1"] {
            #expect(ProxyFacts(variable: "HTTP_PROXY", host: host).isLoopback)
        }
        #expect(!ProxyFacts(variable: "HTTP_PROXY", host: "10.0.0.1").isLoopback)
    }

    @Test func listeningPortsAreThoseInState0A() {
        let text = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 00000000:7531 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
               1: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1
               2: 0100007F:7532 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 3 1
            """
        #expect(ListeningPorts.parse(text) == [22, 30001])
        let version6 = """
              sl  local_address                         remote_address                        st
               0: 00000000000000000000000000000000:7532 00000000000000000000000000000000:0000 0A 00000000:00000000
            """
        #expect(ListeningPorts.parse(version6) == [30002])
    }

    @Test func theMiddleOfNoneIs0() {
        #expect(SyncProbe(place: "/", milliseconds: []).median == 0)
        #expect(SyncProbe(place: "/", milliseconds: [9, 1, 5]).median == 5)
    }
}
