import Glibc
@testable import Linux
import Testing
import Values

@testable import EngineHost

/// What failed is named as what it was.
struct FailureTests {
    private func error(_ errorNumber: Int32, isExecFailure: Bool) -> KinkajouError {
        KinkajouError(
            "dockerd cannot be started",
            error: SpawnError(executable: "dockerd", errorNumber: errorNumber, isExecFailure: isExecFailure),
            missing: ("install it", .programMissing), unusable: ("check it", .commandNotExecutable))
    }

    @Test(arguments: [
        (ENOENT, true, "install it", ErrorCode.programMissing),
        (EACCES, true, "check it", .commandNotExecutable), (ENOEXEC, true, "check it", .commandNotExecutable),
        (EAGAIN, false, "processes", .stepFailed), (EAGAIN, true, "processes", .stepFailed),
        (ENOMEM, false, "memory", .stepFailed), (EMFILE, false, "open files", .stepFailed),
        // Of a file that the start needs, not of the program.
        (EACCES, false, "privileged", .stepFailed), (EROFS, false, "readOnlyRootFilesystem", .stepFailed),
    ])
    func aProgramThatDidNotStart(number: Int32, isExec: Bool, cure: String, code: ErrorCode) {
        let error = error(number, isExecFailure: isExec)
        #expect(error.cure.contains(cure), "\(error.cure)")
        #expect(error.code == code)
        #expect(error.summary.contains(String(cString: strerror(number))))
        #expect((error.see == nil) == (number != EAGAIN))
    }

    private func step(_ name: String, _ failure: String) -> StepError {
        StepError(step: name, reason: "of a reason", failure: failure, cure: "the cure of \(name)")
    }

    @Test func theFirstOfSeveralFailuresIsTheReason() {
        let error = StepError.of([step("one", "EPERM"), step("two", "EBUSY"), step("three", "EPERM")])
        #expect(error?.step == "one")
        #expect(error?.failure == "EPERM; then two failed: EBUSY")
        #expect(error?.cure == "the cure of one")
        #expect(StepError.of([]) == nil)
    }
}
