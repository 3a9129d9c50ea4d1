"""The process that owns QEMU."""

import contextlib
import ctypes
import fcntl
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import time

from .report import Deadline, Failure


def supervise(path, arguments, token, leash, report, owner, lifetime):
    """Owns QEMU, in a session of its own: never returns. Ends it when asked to (SIGTERM, or over the control
    socket), when the process that started it goes before it has released it, when the owner goes, when the
    machine's life is over, and with itself (PR_SET_PDEATHSIG)."""
    code = 1
    process = None
    try:
        os.setsid()
        lock = os.open(path / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        null = os.open("/dev/null", os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        os.chdir("/")
        wake_reader, wake_writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_writer)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: None)
        owner_fd = os.pidfd_open(owner) if owner else None
        process, qmp, port = start_qemu(path, arguments)
        control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        control.bind(str(path / "control"))
        control.listen()
        state = {"supervisor": os.getpid(), "qemu": process.pid, "port": port, "token": token}
        with open(os.open(path / "state.json.new", os.O_CREAT | os.O_WRONLY, 0o600), "w",
                  encoding="utf-8") as file:
            json.dump(state, file)
        os.rename(path / "state.json.new", path / "state.json")
        os.write(report, json.dumps(state).encode())
        os.close(report)
        report = None

        ended = os.pidfd_open(process.pid)
        until = time.monotonic() + lifetime if lifetime else None
        waits = [fd for fd in (ended, wake_reader, leash, owner_fd, control) if fd is not None]
        while True:
            ready, _, _ = select.select(waits, [], [], max(0, until - time.monotonic()) if until else None)
            if leash in ready and os.read(leash, 64):
                waits.remove(leash)
                ready.remove(leash)
            if control in ready:
                ready.remove(control)
                if serve_control(control, qmp, process):
                    break
            if ended in ready:
                keep_last_console(path)
            if ready or (until and time.monotonic() >= until):
                break
        code = 0
    except BaseException as error:  # pylint: disable=broad-except
        if report is not None:
            log = path / "qemu.log"
            detail = log.read_text(errors="replace").strip() if log.exists() else ""
            os.write(report, json.dumps({"error": f"{error} {detail}".strip()}).encode())
    finally:
        if process is not None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(path, ignore_errors=True)
        os._exit(code)


def keep_last_console(path):
    """The machine ended by itself: whoever waits for it wants to know why, after its directory is gone."""
    with contextlib.suppress(OSError):
        text = (path / "console.log").read_bytes().decode(errors="replace").replace("\r", "")
        words = path.with_name(path.name + ".console")
        lines = text.splitlines()[-40:] or ["(the console is empty)"]
        lines += (path / "qemu.log").read_text(errors="replace").splitlines()[-10:]
        words.write_text("\n".join(lines), encoding="utf-8")


def start_qemu(path, arguments):
    """Starts QEMU. Returns the process, its monitor and the port on 127.0.0.1 that leads to the agent."""
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def die_with_parent():
        libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    ours, theirs = socket.socketpair()
    with open(path / "qemu.log", "wb") as log:
        process = subprocess.Popen(
            [*arguments, "-chardev", f"socket,id=qmp,fd={theirs.fileno()}", "-mon", "chardev=qmp,mode=control"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[theirs.fileno()],
            preexec_fn=die_with_parent, env={**os.environ, "TMPDIR": str(path)})
    theirs.close()
    try:
        qmp = Monitor(ours)
        # Port 0 lets the system choose: no two machines ever collide.
        network = qmp.ask("human-monitor-command", {"command-line": "info usernet"})
        match = re.search(r"TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)", network)
        if not match:
            raise Failure(f"QEMU names no forwarded port: {network!r}")
        return process, qmp, int(match[1])
    except BaseException:
        process.kill()
        process.wait()
        raise


class Monitor:
    """QEMU's monitor protocol, as much as is needed."""

    def __init__(self, connection):
        connection.settimeout(60)
        self.connection = connection
        self.lines = connection.makefile("rb")
        if "QMP" not in self.receive():
            raise Failure("QEMU's monitor does not greet")
        self.ask("qmp_capabilities")

    def receive(self):
        line = self.lines.readline()
        if not line:
            raise Failure("QEMU ended")
        return json.loads(line)

    def ask(self, command, arguments=None):
        request = {"execute": command, "arguments": arguments or {}}
        self.connection.sendall(json.dumps(request).encode() + b"\n")
        while True:
            answer = self.receive()
            if "error" in answer:
                raise Failure(f"QEMU refuses {command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]


def serve_control(control, qmp, process):
    """One request on the control socket. Returns whether the machine is to end."""
    connection, _ = control.accept()
    with connection:
        connection.settimeout(10)
        try:
            request = json.loads(connection.makefile("rb").readline())
            save_memory(qmp, request["save"])
            qmp.ask("quit")
            process.wait(60)
            answer = {}
        except (Failure, OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
            answer = {"error": f"cannot save the machine: {error}"}
        with contextlib.suppress(OSError):
            connection.sendall(json.dumps(answer).encode() + b"\n")
    return True


def save_memory(qmp, path):
    """Writes the running machine to a file. It stops when the last page is written, so the disk fits."""
    qmp.ask("migrate-set-parameters", {"max-bandwidth": 10 << 30, "downtime-limit": 60000})
    qmp.ask("migrate", {"uri": f"exec:cat >'{path}'"})
    deadline = Deadline(240, "writing the machine's memory")
    while True:
        status = qmp.ask("query-migrate").get("status")
        if status == "completed":
            return
        if status in ("failed", "cancelled"):
            raise Failure(f"migration {status}")
        deadline.left()
        time.sleep(0.2)
