internal import Foundation

/// Tests that run only where they are asked for: they are new, and have not yet passed on a machine of their own.
public enum AllTests {
    /// The variable that asks for them.
    public static let variable = "KINKAJOU_TEST_ALL"
    /// Whether they are asked for.
    public static let areWanted = ProcessInfo.processInfo.environment[variable].map { !$0.isEmpty } ?? false
}
