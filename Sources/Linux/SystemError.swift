internal import Glibc

/// A system call that failed: which, on what, and the kernel's reason.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The call, such as `mount`.
    public var call: String
    /// What it was about, mostly a path.
    public var subject: String
    /// The errno value.
    public var errorNumber: Int32

    /// An error from its parts.
    public init(_ call: String, _ subject: String, _ errorNumber: Int32) {
        self.call = call
        self.subject = subject
        self.errorNumber = errorNumber
    }

    /// The kernel's reason in words.
    public var reason: String { String(cString: strerror(errorNumber)) }

    /// Call, subject and reason in one line.
    public var description: String { "\(call) \(subject): \(reason)" }
}
