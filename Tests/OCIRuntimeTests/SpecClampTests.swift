import Testing

@testable import OCIRuntime

@Suite struct SpecClampTests {
    let granted = Granted(capabilities: ~(1 << 24), lowestOOMScore: 0, highestLimit: [7: 1024])

    private func clamped(_ process: String) throws -> (text: String, messages: [String]) {
        let source = Array(process.utf8)
        let clamp = SpecClamp(try SpecDemands(process: source), to: granted)
        return (String(decoding: ByteEdit.apply(clamp.edits, to: source), as: UTF8.self), clamp.messages)
    }

    @Test(arguments: [
        (#"["CAP_SYS_RESOURCE"]"#, "[]"),
        (#"[ "CAP_SYS_RESOURCE" ]"#, "[  ]"),
        (#"["CAP_SYS_RESOURCE","CAP_CHOWN"]"#, #"["CAP_CHOWN"]"#),
        (#"["CAP_CHOWN","CAP_SYS_RESOURCE"]"#, #"["CAP_CHOWN"]"#),
        (#"["CAP_CHOWN", "CAP_SYS_RESOURCE", "CAP_KILL"]"#, #"["CAP_CHOWN", "CAP_KILL"]"#),
        (
            #"["CAP_SYS_RESOURCE","CAP_SYS_RESOURCE","A","CAP_SYS_RESOURCE","CAP_SYS_RESOURCE","B"]"#,
            #"["A","B"]"#
        ),
        (#"["CAP_SYS_RESOURCE","CAP_SYS_RESOURCE"]"#, "[]"),
        (#"["CAP\u005fSYS_RESOURCE","CAP_KILL"]"#, #"["CAP_KILL"]"#),
        (#"["CAP_UNKNOWN",null,7]"#, #"["CAP_UNKNOWN",null,7]"#),
        ("[]", "[]"), ("null", "null"), ("{}", "{}"),
    ])
    func dropsWhatIsNotInTheBoundingSet(list: String, expected: String) throws {
        for name in ["bounding", "effective", "inheritable", "permitted", "ambient"] {
            let result = try clamped(#"{"capabilities":{"\#(name)":\#(list)}}"#)
            #expect(result.text == #"{"capabilities":{"\#(name)":\#(expected)}}"#)
            #expect(result.messages.count == (list == expected ? 0 : 1))
        }
    }

    /// As in a user namespace whose /sys is read-only: a privileged container gets a read-only one too.
    @Test(arguments: [
        (#"["nosuid","noexec","nodev","rw"]"#, #"["nosuid","noexec","nodev","ro"]"#),
        (#"["nosuid"]"#, #"["ro","nosuid"]"#), (#"[ "rw" , "rw"]"#, #"[ "ro" , "ro"]"#),
        (#"["nosuid","ro"]"#, #"["nosuid","ro"]"#), ("[]", "[]"), ("null", "null"), (#"[7]"#, #"["ro",7]"#),
    ])
    func mountsSysfsReadOnly(options: String, expected: String) throws {
        func config(_ options: String, type: String) -> String {
            #"{"mounts":[{"destination":"/sys","type":"\#(type)","source":"x","options":\#(options)}]}"#
        }
        for (type, wanted) in [("sysfs", expected), ("tmpfs", options)] {
            let source = Array(config(options, type: type).utf8)
            var granted = Granted.everything
            let demands = try SpecDemands(config: source)
            #expect(SpecClamp(demands, to: granted).edits == [])
            granted.isSysfsReadOnly = true
            let clamp = SpecClamp(demands, to: granted)
            let text = String(decoding: ByteEdit.apply(clamp.edits, to: source), as: UTF8.self)
            #expect(text == config(wanted, type: type))
            #expect(clamp.messages.count == (wanted == options ? 0 : 1))
        }
    }

    @Test func namesWhatItDropped() throws {
        let granted = Granted(capabilities: 0, lowestOOMScore: nil)
        let source = #"{"capabilities":{"bounding":["CAP_NET_RAW","CAP_CHOWN"],"ambient":["CAP_CHOWN"]}}"#
        let clamp = SpecClamp(try SpecDemands(process: Array(source.utf8)), to: granted)
        #expect(
            clamp.messages == [
                "dropped CAP_CHOWN, CAP_NET_RAW from process.capabilities: "
                    + "not in the capability bounding set here"
            ])
    }

    @Test(arguments: [
        ("-1000", "0"), ("-1", "0"), ("-0", "-0"), ("0", "0"), ("1000", "1000"),
        // Nothing that could be set anywhere, or no integer at all: the runtime says so itself.
        ("-1001", "-1001"), ("-1.0", "-1.0"), ("-1e2", "-1e2"), ("null", "null"), ("\"-5\"", "\"-5\""),
        ("-99999999999999999999", "-99999999999999999999"),
    ])
    func raisesTheOOMScore(score: String, expected: String) throws {
        #expect(try clamped(#"{"oomScoreAdj": \#(score) }"#).text == #"{"oomScoreAdj": \#(expected) }"#)
    }

    @Test(arguments: [
        (
            #"{"type":"RLIMIT_NOFILE","hard":4096,"soft":2048}"#,
            #"{"type":"RLIMIT_NOFILE","hard":1024,"soft":1024}"#
        ),
        (
            #"{"type":"RLIMIT_NOFILE","hard":4096,"soft":10}"#,
            #"{"type":"RLIMIT_NOFILE","hard":1024,"soft":10}"#
        ),
        (
            #"{"soft":1,"hard":18446744073709551615,"type":"RLIMIT_NOFILE"}"#,
            #"{"soft":1,"hard":1024,"type":"RLIMIT_NOFILE"}"#
        ),
        (#"{"type":"RLIMIT_NOFILE","hard":4096}"#, #"{"type":"RLIMIT_NOFILE","hard":1024}"#),
    ])
    func lowersLimits(limit: String, expected: String) throws {
        #expect(try clamped(#"{"rlimits":[\#(limit)]}"#).text == #"{"rlimits":[\#(expected)]}"#)
    }

    @Test(arguments: [
        #"{"type":"RLIMIT_NOFILE","hard":1024,"soft":1024}"#,
        // Errors of the spec, for the runtime to report.
        #"{"type":"RLIMIT_NOFILE","hard":2048,"soft":4096}"#,
        #"{"type":"RLIMIT_NOFILE","hard":4096.0,"soft":1}"#,
        #"{"type":"RLIMIT_NOFILE","hard":-1,"soft":1}"#,
        #"{"type":"RLIMIT_NOFILE","hard":"4096","soft":1}"#,
        #"{"type":"RLIMIT_NOFILE","hard":4096,"soft":18446744073709551616}"#,
        #"{"type":"RLIMIT_WHATEVER","hard":4096,"soft":1}"#,
        #"{"type":7,"hard":4096,"soft":1}"#, #"{"hard":4096,"soft":1}"#, "null", "[4096]",
        // Nothing is known of a bound for this one.
        #"{"type":"RLIMIT_CORE","hard":4096,"soft":1}"#,
    ])
    func leavesOtherLimitsAlone(limit: String) throws {
        let result = try clamped(#"{"rlimits":[\#(limit)]}"#)
        #expect(result.text == #"{"rlimits":[\#(limit)]}"#)
        #expect(result.messages == [])
    }

    @Test func everyOccurrenceOfAKeyCounts() throws {
        let result = try clamped(
            #"{"oomScoreAdj":-5,"OOMSCOREADJ":-6,"\u006fomScoreAdj":-7,"oomscoreAdj":-8,"oom\#u{17F}coreadj":-9}"#
        )
        #expect(
            result.text
                == #"{"oomScoreAdj":0,"OOMSCOREADJ":0,"\u006fomScoreAdj":0,"oomscoreAdj":0,"oom\#u{17F}coreadj":0}"#
        )
    }
}
