internal import Glibc

extension ChildProcess {
    /// Waits until a child that has the foreground of the terminal has ended. nil: the waiting task was cancelled before.
    ///
    /// A key that stops the child (Ctrl-Z) stops this process too, so that the shell above gets its prompt, and what
    /// continues this process (`fg`, `bg`) continues the child. The foreground is ours again afterwards.
    public func waitInForeground() async -> ExitStatus? {
        // Who takes the foreground back from the background is stopped otherwise.
        Glibc.signal(SIGTTOU, SIG_IGN)
        let stops = Task {
            for await _ in self.stops() {
                tcsetpgrp(STDIN_FILENO, getpgrp())
                // To this thread itself, which then goes no further: one for the process may be taken by another thread,
                // and the child would be continued before the stop.
                raise(SIGSTOP)
                // Continued, in the foreground or in the background.
                if tcgetpgrp(STDIN_FILENO) == getpgrp() { tcsetpgrp(STDIN_FILENO, self.pid) }
                self.signal(SIGCONT, group: true)
            }
        }
        let status = await wait()
        stops.cancel()
        tcsetpgrp(STDIN_FILENO, getpgrp())
        return status
    }

    /// Tells each time that a signal has stopped the child, until it has ended.
    public func stops() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let started = OwnThread.detach {
            var information = siginfo_t()
            // Whether it has ended is only looked at: another thread reaps it.
            while waitid(P_PID, id_t(self.pid), &information, WSTOPPED | WEXITED | WNOWAIT) == 0
                || errno == EINTR
            {
                guard information.si_code == CLD_STOPPED else { break }
                // What was seen is taken, or it would be seen again.
                _ = waitid(P_PID, id_t(self.pid), &information, WSTOPPED | WNOHANG)
                continuation.yield()
            }
            continuation.finish()
        }
        if !started { continuation.finish() }
        return stream
    }
}
