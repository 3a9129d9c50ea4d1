import Testing

@testable import OCIRuntime

@Suite struct ContainerStateTests {
    @Test(arguments: [
        (#"{"id":"c","init_process_pid":4711,"config":{"init_process_pid":7}}"#, 4711),
        (#"{"init_process_pid":0}"#, nil), (#"{"init_process_pid":-5}"#, nil),
        (#"{"init_process_pid":"5"}"#, nil),
        (#"{"init_process_pid":5e0}"#, nil), ("{}", nil), ("[]", nil), ("", nil), ("{", nil),
    ])
    func readsThePID(text: String, expected: Int?) {
        #expect(ContainerState.integer("init_process_pid", in: Array(text.utf8)) == expected)
    }

    @Test(arguments: ["", "..", "a/b", "there-is-no-such-container"])
    func doubtMeansNo(container: String) {
        #expect(!ContainerState.isInOtherUserNamespace(container: Array(container.utf8), root: nil))
        #expect(!ContainerState.isInOtherUserNamespace(container: nil, root: Array("/tmp".utf8)))
    }
}
