internal import Glibc
internal import Synchronization

/// The terminal that this process is on.
public enum Terminal {
    private static let saved = Mutex<termios?>(nil)

    /// Whether stdin and stdout are both a terminal.
    public static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

    /// Whether a descriptor is a terminal that moves its cursor and shows colours. `TERM=dumb` is one that does not.
    public static func isCapable(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// Whether what is written to a descriptor may have colours: `NO_COLOR`, unless it is empty, turns them off
    /// (https://no-color.org).
    public static func hasColour(_ descriptor: Int32) -> Bool {
        isCapable(descriptor) && getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
    }

    /// Columns and rows; nil where there is no terminal.
    public static var size: (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Hands every key on as it is typed, Ctrl-C too, until ``restore()``.
    public static func makeRaw() {
        var mode = termios()
        guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return }
        saved.withLock { if $0 == nil { $0 = mode } }
        cfmakeraw(&mode)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
    }

    /// Gives the terminal back as it was.
    public static func restore() {
        saved.withLock { mode in
            guard var before = mode else { return }
            tcsetattr(STDIN_FILENO, TCSADRAIN, &before)
            mode = nil
        }
    }
}
