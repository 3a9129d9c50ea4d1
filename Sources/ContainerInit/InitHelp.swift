/// What the init says about itself.
enum InitHelp {
    /// The first part is what dockerd reads from `docker-init --version` (the version up to ` - `, then the
    /// commit, which `docker info` shows): which tini this one stands in for.
    static let version = "tini version 0.19.0 - git.kinkajou - kinkajou init 0.1.0\n"

    static let license = """
        Kinkajou is licensed under the Apache License, Version 2.0.
        The text is at https://www.apache.org/licenses/LICENSE-2.0

        """

    /// The synopsis and the options.
    static func usage(program: String) -> String {
        """
        Usage: \(program) [OPTIONS] [--] PROGRAM [ARG...]

        Runs PROGRAM as a container's PID 1 should: forwards signals to it, reaps orphans, ends what is
        left behind, and exits with its exit status. A drop-in for tini.

        Options:
          -s                  Adopt orphaned descendants although not PID 1 (child subreaper).
          -p SIGNAL           Get SIGNAL when the parent ends, such as SIGTERM. It is forwarded.
          -g                  Send signals to the process group of PROGRAM.
          -e CODE             Turn exit status CODE (0 to 255) into 0. May be repeated.
          -w                  Warn of each orphan that is reaped.
          -v                  Say more on stderr. May be repeated up to 3 times.
          --grace DURATION    After SIGTERM or SIGINT was forwarded, give PROGRAM so long to end, then
                              send SIGKILL. Default: none, no limit.
          --linger DURATION   When PROGRAM has ended, give what it left behind so long to end after
                              SIGTERM, then send SIGKILL. none: leave it alone. Default: 2s.
          -l                  Show the licence and exit.
          --version           Show the version and exit.
          -h, --help          Show this help and exit.

        A DURATION is 10s, 1m30s or 500ms; a bare number is in seconds.

        """
    }

    /// The usage and the rest.
    static func text(program: String) -> String {
        """
        \(usage(program: program))
        Environment:
          TINI_SUBREAPER             As -s, if set.
          TINI_KILL_PROCESS_GROUP    As -g, if set.
          TINI_VERBOSITY             0 fatal errors, 1 warnings (default), 2 as -v, 3 as -vv, 4 as -vvv.
          KINKAJOU_INIT_GRACE        As --grace, where that is not given.
          KINKAJOU_INIT_LINGER       As --linger, where that is not given.

        Exit status:
          PROGRAM's own, or 128+n if signal n ended it (SIGTERM: 143, SIGKILL: 137)
          127   PROGRAM was not found
          126   PROGRAM cannot be executed
          1     another failure, or a mistake on the command line

        Examples:
          ENTRYPOINT ["\(program.split(separator: " ").joined(separator: "\", \""))", "--"]
                                     in a Dockerfile; CMD is then the program.
          \(program) --grace 20s -- ./server
                                     ends within 20 seconds of SIGTERM, whatever ./server does.
          \(program) -s -- make test
                                     outside a container: nothing that make starts stays behind.

        """
    }
}
