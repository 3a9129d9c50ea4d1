"""Commands in the machine: what this side says to the agent (rootfs/usr/lib/kinkajou-vm/agent) and hears from it."""

import contextlib
import json
import os
import pathlib
import select
import signal
import socket
import struct
import tarfile
import termios
import time
import tty

from .report import Ended, Failure, say

CHUNK = 256 * 1024


class Connection:
    """One command's connection to the agent. Tests/vm/rootfs/usr/lib/kinkajou-vm/agent describes the frames."""

    def __init__(self, machine, argv, deadline, *, env=None, cwd=None, stdin=False, terminal=None):
        self.machine = machine
        self.deadline = deadline
        self.buffer = bytearray()
        self.socket = socket.create_connection(("127.0.0.1", machine.state["port"]), timeout=deadline.left())
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.send(b"H", json.dumps({
            "token": machine.token, "argv": argv, "env": env or {}, "cwd": cwd, "stdin": stdin,
            "tty": terminal, "time": time.time(),
        }).encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, kind, payload=b""):
        self.socket.settimeout(self.deadline.left())
        try:
            self.socket.sendall(kind + struct.pack(">I", len(payload)) + payload)
        except TimeoutError:
            self.deadline.left()
            raise

    def receive(self):
        """Reads once, and returns the complete frames. Raises EOFError at the end."""
        try:
            data = self.socket.recv(CHUNK)
        except BlockingIOError:
            return []
        except ConnectionError as error:
            raise EOFError from error
        if not data:
            raise EOFError
        self.buffer += data
        frames = []
        at = 0
        while len(self.buffer) - at >= 5:
            kind, length = struct.unpack_from(">cI", self.buffer, at)
            if len(self.buffer) - at < 5 + length:
                break
            frames.append((kind, bytes(self.buffer[at + 5:at + 5 + length])))
            at += 5 + length
        del self.buffer[:at]
        return frames

    def relay(self, stdin, outputs, quiet=False, signals=None):
        """Carries bytes until the command ends. Returns its exit status. `outputs`: frame type to descriptor."""
        waiting = bytearray()
        self.socket.setblocking(False)
        while True:
            waits = [self.socket]
            if signals is not None:
                waits.append(signals.descriptor)
            # Never blocked in sending: the agent may be, until what it sends is read here.
            if stdin is not None and not waiting:
                waits.append(stdin)
            ready, writable, _ = select.select(waits, [self.socket] if waiting else [], [], self.deadline.left())
            if stdin is not None and stdin in ready:
                data = os.read(stdin, CHUNK)
                waiting += b"I" + struct.pack(">I", len(data)) + data
                if not data:
                    stdin = None
            if signals is not None and signals.descriptor in ready:
                for number in signals.take():
                    text = str(number).encode()
                    waiting += b"S" + struct.pack(">I", len(text)) + text
            if writable:
                try:
                    del waiting[:self.socket.send(waiting)]
                except BlockingIOError:
                    pass
                except ConnectionError:
                    # What the agent said last is still to be read.
                    waiting.clear()
                    stdin = None
            if self.socket not in ready:
                continue
            for kind, payload in self.receive():
                if kind in outputs:
                    write_all(outputs[kind], payload)
                elif kind == b"X":
                    return int(payload)
                elif kind == b"F":
                    status, message = json.loads(payload)
                    if not quiet:
                        say(message)
                    return status


class ForwardedSignals:
    """The first SIGINT, SIGTERM or SIGHUP goes to the command; the second ends this program as usual."""

    def __init__(self):
        self.descriptor, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, _: signal.signal(number, end_by_signal))

    def take(self):
        """The numbers of the signals that have come."""
        wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        return [number for number in os.read(self.descriptor, 64) if number in wanted]


def write_all(descriptor, data):
    if descriptor is None:
        return
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view):]
        except BlockingIOError:
            select.select([], [descriptor], [])


def execute(machine, argv, deadline, *, env=None, cwd=None, stdin=False, terminal=False, quiet=False,
            to_stderr=False, forward_signals=False):
    """Runs a command in the machine. Returns its exit status."""
    outputs = {b"O": None if quiet else 2 if to_stderr else 1, b"E": None if quiet else 2}
    size = window_size() if terminal else None
    signals = ForwardedSignals() if forward_signals else None
    with Connection(machine, argv, deadline, env=env, cwd=cwd, stdin=stdin, terminal=size) as connection:
        with raw_terminal() if terminal and stdin else contextlib.nullcontext():
            try:
                return connection.relay(0 if stdin else None, outputs, quiet, signals)
            except EOFError:
                if quiet or not machine.has_ended(10):
                    raise Failure("the machine's agent closed the connection") from None
                raise Failure(f"the machine ended while {argv[0]!r} ran. Its console:\n"
                              f"{machine.last_console()}") from None


def end_by_signal(number, _):
    # From here on nothing may interrupt the cleaning up.
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise Ended(number)


def window_size():
    for descriptor in (0, 1, 2):
        with contextlib.suppress(OSError):
            size = os.get_terminal_size(descriptor)
            return [size.lines, size.columns]
    return [24, 80]


@contextlib.contextmanager
def raw_terminal():
    if not os.isatty(0):
        yield
        return
    before = termios.tcgetattr(0)
    try:
        tty.setraw(0)
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


class FrameWriter:
    """Where tarfile writes to: the command's standard input."""

    def __init__(self, connection):
        self.connection = connection

    def write(self, data):
        self.connection.send(b"I", data)
        return len(data)


def copy(machine, items, deadline):
    """Copies HOSTPATH[:GUESTPATH]... into the machine."""
    if not items:
        return
    pairs = []
    for item in items:
        source, _, target = item.partition(":")
        source = pathlib.Path(source)
        if not source.exists():
            raise Failure(f"cannot copy {source}: there is no such file")
        name = source.resolve().name
        if not target or target.endswith("/"):
            target = (target or "/root/") + name
        if not target.startswith("/"):
            raise Failure(f"cannot copy to {target}: a path in the machine must be absolute")
        pairs.append((source, target.lstrip("/")))

    def own(entry):
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        return entry

    argv = ["tar", "-xf", "-", "-C", "/", "--no-same-owner"]
    with Connection(machine, argv, deadline, stdin=True) as connection:
        try:
            with tarfile.open(mode="w|", fileobj=FrameWriter(connection), bufsize=CHUNK) as archive:
                for source, target in pairs:
                    # A link named on the command line means what it leads to; links inside stay links.
                    archive.add(source.resolve(), arcname=target, filter=own)
            connection.send(b"I")
        except ConnectionError:
            pass  # tar has ended, and says why
        status = connection.relay(None, {b"O": 2, b"E": 2})
    if status != 0:
        raise Failure(f"cannot copy into the machine: tar ended with status {status}")
