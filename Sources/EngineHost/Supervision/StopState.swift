internal import Glibc
internal import Values

/// Whether a session is to end, as a value: what happens goes in, what is to be done comes out.
///
/// A first SIGTERM or SIGINT ends the session and goes to the command; a second one hurries it. Everything else that
/// the kernel delivers goes to the command as it came, but for what only tells a process of its children or its
/// terminal.
struct StopState: Equatable, Sendable {
    /// Why the session is to end.
    enum Reason: Equatable, Sendable {
        /// A signal asked for it.
        case signal(Int32)
        /// The engine is lost.
        case failure(KinkajouError)
    }

    enum Event: Equatable, Sendable {
        /// A signal came from outside.
        case signal(Int32)
        /// The session cannot go on.
        case lost(KinkajouError)
        /// The command has been started.
        case commandStarted
        /// The command has ended.
        case commandEnded
    }

    enum Action: Equatable, Sendable {
        /// Hand a signal to the command.
        case signalCommand(Int32)
        /// Tell those who wait for it that the session is to end.
        case stop
        /// Tell those who wait for it that it is to end at once.
        case hurry
    }

    /// Whether the session is there for a command. One that only serves is ended by SIGHUP and SIGQUIT, too, which
    /// a command may want for itself.
    let hasCommand: Bool
    private var commandRuns = false
    /// nil while the session goes on.
    private(set) var reason: Reason?
    /// Whether whoever stops the session has asked a second time.
    private(set) var isUrgent = false

    init(hasCommand: Bool) {
        self.hasCommand = hasCommand
    }

    /// Takes in what has happened, and returns what is to be done, in order.
    mutating func handle(_ event: Event) -> [Action] {
        switch event {
        case .signal(let number): return take(signal: number)
        case .lost(let error): return end(.failure(error))
        case .commandStarted:
            commandRuns = true
            // What came before there was a command is not lost.
            return reason.map { [.signalCommand(Self.signal(for: $0))] } ?? []
        case .commandEnded:
            commandRuns = false
            return []
        }
    }

    private mutating func take(signal number: Int32) -> [Action] {
        switch number {
        case SIGCHLD, SIGTTIN, SIGTTOU, SIGPIPE,
            SIGCONT where !hasCommand:
            return []
        case SIGTERM, SIGINT:
            return reason == nil ? end(.signal(number)) : hurry(number)
        case SIGQUIT where !hasCommand, SIGHUP where !hasCommand:
            return end(.signal(number))
        default:
            return toCommand(number)
        }
    }

    private mutating func end(_ why: Reason) -> [Action] {
        guard reason == nil else { return [] }
        reason = why
        return toCommand(Self.signal(for: why)) + [.stop]
    }

    private mutating func hurry(_ number: Int32) -> [Action] {
        defer { isUrgent = true }
        return toCommand(number) + (isUrgent ? [] : [.hurry])
    }

    private func toCommand(_ number: Int32) -> [Action] {
        commandRuns ? [.signalCommand(number)] : []
    }

    private static func signal(for reason: Reason) -> Int32 {
        if case .signal(let number) = reason { number } else { SIGTERM }
    }
}
