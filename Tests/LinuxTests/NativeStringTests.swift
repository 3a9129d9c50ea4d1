import Glibc
import Linux
import Testing

struct NativeStringTests {
    /// Bytes that are no UTF-8, two of which look the same once they are repaired.
    private static let odd = NativeString(bytes: [0x61, 0xff, 0x0a, 0x20])
    private static let other = NativeString(bytes: [0x61, 0xfe, 0x0a, 0x20])

    @Test func bytesThatAreNoTextAreKept() {
        #expect(Self.odd.description == Self.other.description)
        #expect(Self.odd != Self.other)
        #expect(NativeString("né").bytes == [0x6e, 0xc3, 0xa9])
        #expect(
            NativeString(bytes: [0x61, 0, 0x62]).bytes == [0x61], "the kernel ends a text at a null byte")
    }

    @Test func argumentsAndVariablesReachAChildByteForByte() async throws {
        let result = try await CapturedProgram.run(
            ChildRequest(
                executable: "sh",
                arguments: ["-c", "printf %s \"$1$2$ODD\" | od -An -v -tx1", "sh", Self.odd, Self.other],
                environment: ["PATH": "/usr/bin:/bin", "ODD": Self.odd]),
            timeout: .seconds(20))
        #expect(result.isSuccess, "\(result)")
        let bytes = result.output.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) }
        #expect(bytes == Self.odd.bytes + Self.other.bytes + Self.odd.bytes)
    }

    @Test func variablesOfThisProcessKeepTheirBytesUnlessTheyWereChanged() throws {
        let name = "KINKAJOU_TEST_ODD"
        // Another test would have to set a variable at the same time to be disturbed.
        #expect(
            Self.odd.bytes.map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { bytes in
                var text = Array(bytes)
                text.append(0)
                return setenv(name, text, 1)
            } == 0)
        defer { unsetenv(name) }
        var variables = Environment.all()
        #expect(variables[name] == Self.odd.description)
        #expect(Environment.native(changedTo: variables)[NativeString(name)] == Self.odd)
        variables[name] = "new"
        #expect(Environment.native(changedTo: variables)[NativeString(name)] == "new")
        variables[name] = nil
        variables["KINKAJOU_TEST_MORE"] = "more"
        let native = Environment.native(changedTo: variables)
        #expect(native[NativeString(name)] == nil)
        #expect(native["KINKAJOU_TEST_MORE"] == "more")
    }

    @Test func theEndOfTheCommandLineIsFound() {
        let words = Array(CommandLine.arguments.suffix(2))
        #expect(NativeString.lastArguments(words).map(\.description) == words)
        #expect(NativeString.lastArguments(["not there"]) == ["not there"])
    }
}
