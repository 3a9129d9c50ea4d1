import Testing

@testable import OCIRuntime

@Suite struct SpecDemandsTests {
    @Test(arguments: [
        (#"{"linux":{"namespaces":[{"type":"user"}]}}"#, true),
        (#"{"linux":{"namespaces":[{"type":"pid"},{"type":"user","path":"/proc/7/ns/user"}]}}"#, true),
        (#"{"linux":{"namespaces":[{"type":"pid"}]}}"#, false),
        (#"{"linux":{"namespaces":[{"path":"user"}]}}"#, false),
        (#"{"linux":{"namespaces":[{"type":"user","type":"pid"}]}}"#, false),
        (#"{"linux":{"namespaces":[{"type":"user"}],"namespaces":[]}}"#, false),
        (#"{"linux":{"namespaces":[{"type":"user"}],"namespaces":null}}"#, false),
        (#"{"linux":{"namespaces":[{"type":"user"}]},"linux":{"sysctl":{}}}"#, true),
        (#"{"linux":{"namespaces":[{"type":"user"}]},"linux":null}"#, false),
        (#"{"linux":[{"type":"user"}],"namespaces":[{"type":"user"}]}"#, false),
        (#"{"linux":{"namespaces":["user",null,7]}}"#, false),
        ("{}", false), ("[]", false), ("7", false),
    ])
    func knowsAUserNamespace(config: String, expected: Bool) throws {
        #expect(try SpecDemands(config: Array(config.utf8)).hasUserNamespace == expected)
    }

    @Test func readsOnlyTheMembersThatCount() throws {
        let config = """
            {"oomScoreAdj":-1,"other":{"process":{"oomScoreAdj":-2}},"process":{"oomScoreAdj":-3,
            "x":{"oomScoreAdj":-4},"capabilities":{"oomScoreAdj":-5}}}
            """
        #expect(try SpecDemands(config: Array(config.utf8)).oomScores.map(\.value) == [-3])
        #expect(try SpecDemands(process: Array(config.utf8)).oomScores.map(\.value) == [-1])
    }

    @Test(arguments: [
        "CAP_SYS_RESOURCE", "cap_sys_resource", "CAP_\u{17F}YS_RESOURCE", "CAP_SYS_RE\u{17F}OURCE",
    ])
    func knowsACapabilityHoweverItIsWritten(name: String) throws {
        let demands = try SpecDemands(process: Array(#"{"capabilities":{"bounding":["\#(name)"]}}"#.utf8))
        #expect(demands.capabilities.first?.first?.capability == .sysResource)
        #expect(demands.exceeds(~(1 << 24)))
        #expect(!demands.exceeds(1 << 24))
    }

    @Test func knowsEveryCapabilityAndLimit() {
        for number in 0...40 {
            let capability = Capability(number: number)
            #expect(Capability(foldedName: Array(capability.name.lowercased().utf8)) == capability)
        }
        for number: Int32 in 0...15 {
            let limit = ResourceLimit(number: number)
            #expect(ResourceLimit(foldedName: Array(limit.name.lowercased().utf8)) == limit)
        }
        #expect(Capability.sysResource.name == "CAP_SYS_RESOURCE")
        #expect(ResourceLimit.openFiles.name == "RLIMIT_NOFILE")
        #expect(Capability(foldedName: Array("sys_resource".utf8)) == nil)
    }
}
