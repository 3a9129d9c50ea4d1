"""How this fails, waits and says what it does."""

import contextlib
import signal
import sys
import time

# Exit codes, besides the command's own. 126 and 127 are the command's too: not executable, not found.
EXIT_TIMEOUT = 124
EXIT_FAILURE = 125


class Failure(Exception):
    """What failed, why, and what to do; the exit code to end with."""

    def __init__(self, message, code=EXIT_FAILURE):
        super().__init__(message)
        self.code = code


class Ended(Exception):
    """A signal asks this program to end."""

    def __init__(self, number):
        super().__init__(f"ended by {signal.Signals(number).name}")
        self.number = number


class Deadline:
    """A point in time that a wait must not pass."""

    def __init__(self, seconds, what):
        self.seconds = seconds
        self.what = what
        self.at = time.monotonic() + seconds

    def left(self):
        """The seconds that are left. Raises when there are none."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise Failure(f"timed out after {self.seconds:g} s: {self.what}", EXIT_TIMEOUT)
        return left


def say(message):
    print(f"vm: {message}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def timed(what):
    began = time.monotonic()
    yield
    print(f"vm build: {what}: {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
