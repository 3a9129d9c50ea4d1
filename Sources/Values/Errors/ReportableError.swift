/// An error of a module that knows what a person is to be told of it.
public protocol ReportableError: Error {
    /// What a person is told.
    var report: KinkajouError { get }
}
