import Glibc
import Testing
import Values

@testable import EngineHost

/// A stop asked for in every order in which signals, the command and the engine's end can come.
struct StopStateTests {
    private typealias Event = StopState.Event
    private typealias Action = StopState.Action

    private let lost = KinkajouError("the engine is lost", cure: "none", code: .engineFailed)

    private func actions(hasCommand: Bool = true, _ events: Event...) -> [[Action]] {
        var state = StopState(hasCommand: hasCommand)
        return events.map { state.handle($0) }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func theFirstEndsAndTheSecondHurries(signal: Int32) {
        #expect(
            actions(.commandStarted, .signal(signal), .signal(SIGTERM), .signal(SIGINT))
                == [
                    [], [.signalCommand(signal), .stop], [.signalCommand(SIGTERM), .hurry],
                    [.signalCommand(SIGINT)],
                ])
    }

    /// Nothing that comes before there is a command is lost on it, and nothing reaches a process that has ended.
    @Test func theCommandComesLateOrIsGone() {
        #expect(
            actions(.signal(SIGINT), .commandStarted, .commandEnded, .signal(SIGTERM), .signal(SIGUSR1))
                == [[.stop], [.signalCommand(SIGINT)], [], [.hurry], []])
        #expect(
            actions(.signal(SIGUSR1), .commandStarted, .signal(SIGUSR1)) == [
                [], [], [.signalCommand(SIGUSR1)],
            ])
    }

    @Test func theEngineIsLost() {
        #expect(
            actions(.commandStarted, .lost(lost), .lost(lost), .signal(SIGTERM))
                == [[], [.signalCommand(SIGTERM), .stop], [], [.signalCommand(SIGTERM), .hurry]])
        // Lost before the command: it gets to know it as soon as there is one.
        #expect(actions(.lost(lost), .commandStarted) == [[.stop], [.signalCommand(SIGTERM)]])
    }

    /// The first reason stays, whatever comes after it.
    @Test func theFirstReasonCounts() {
        var state = StopState(hasCommand: true)
        _ = state.handle(.lost(lost))
        _ = state.handle(.signal(SIGTERM))
        #expect(state.reason == .failure(lost))
        #expect(state.isUrgent)
        var other = StopState(hasCommand: true)
        _ = other.handle(.signal(SIGINT))
        _ = other.handle(.lost(lost))
        #expect(other.reason == .signal(SIGINT))
        #expect(!other.isUrgent)
    }

    /// Signals that have a meaning for the command alone are handed on, and end nothing.
    @Test(arguments: [SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP])
    func theOthersAreTheCommands(signal: Int32) {
        #expect(actions(.commandStarted, .signal(signal)) == [[], [.signalCommand(signal)]])
    }

    @Test(arguments: [SIGCHLD, SIGTTIN, SIGTTOU, SIGPIPE])
    func whatTellsOfChildrenAndTerminalsIsOurs(signal: Int32) {
        #expect(actions(.commandStarted, .signal(signal)) == [[], []])
        #expect(actions(hasCommand: false, .signal(signal)) == [[]])
    }

    @Test(arguments: [(SIGHUP, true), (SIGQUIT, true), (SIGTERM, true), (SIGUSR1, false), (SIGCONT, false)])
    func oneThatOnlyServes(signal: Int32, ends: Bool) {
        #expect(actions(hasCommand: false, .signal(signal)) == [ends ? [.stop] : []])
    }
}

/// The control tells each listener once, whenever it was told to.
struct StopControlTests {
    @Test func listenersAreToldOnce() {
        let control = StopControl(hasCommand: false)
        let told = CallList()
        control.onStop { told.add("stop") }
        control.onUrgentStop { told.add("hurry") }
        #expect(control.since == nil)
        control.handle(signal: SIGTERM)
        #expect(told.values == ["stop"])
        #expect(control.since != nil)
        control.onStop { told.add("late stop") }
        control.handle(signal: SIGTERM)
        control.handle(signal: SIGTERM)
        control.onUrgentStop { told.add("late hurry") }
        #expect(told.values == ["stop", "late stop", "hurry", "late hurry"])
    }
}
