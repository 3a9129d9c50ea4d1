internal import Glibc

/// The error number of a system call that failed.
struct SystemError: Error, Equatable, CustomStringConvertible {
    let number: Int32

    /// The error of the call that has just failed.
    init() {
        number = errno
    }

    init(number: Int32) {
        self.number = number
    }

    var description: String {
        String(cString: strerror(number))
    }
}
