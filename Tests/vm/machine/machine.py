"""Machines that run: found, started and ended."""

import contextlib
import fcntl
import json
import os
import pathlib
import re
import secrets
import select
import shutil
import signal
import socket
import time

from .agent import execute
from .image import DEFAULT_MEMORY, QEMU, kernel_command_line, machine_arguments
from .report import EXIT_TIMEOUT, Deadline, Failure
from .supervisor import supervise

AGENT_PORT = 4000


def machines_directory():
    default = f"/var/tmp/kinkajou-vm-{os.getuid()}"
    path = pathlib.Path(os.environ.get("KINKAJOU_VM_STATE") or default)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.stat().st_uid != os.getuid():
        raise Failure(f"{path} belongs to somebody else; set KINKAJOU_VM_STATE to a directory of yours")
    return path


class Machine:
    """A running machine: a directory, and a supervisor (a process of this script) that owns QEMU.

    The directory holds `lock` (held by the supervisor while it lives), `state.json`, `console.log` and
    `control` (the supervisor's socket). Whoever finds the lock free may remove the directory.
    """

    def __init__(self, name):
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,40}", name):
            raise Failure(f"{name!r} is no name for a machine: letters, digits, '.', '_' and '-' are")
        self.name = name
        self.path = machines_directory() / name
        self.state = {}
        self.leash = None

    @property
    def token(self):
        return self.state["token"]

    # Finding and removing

    @staticmethod
    def all():
        return [Machine(path.name) for path in sorted(machines_directory().iterdir()) if path.is_dir()]

    def is_alive(self):
        try:
            with open(self.path / "lock", "rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def has_ended(self, seconds):
        """Whether the machine ends within this time. Its connections break a moment before its supervisor goes."""
        try:
            pidfd = os.pidfd_open(self.state["supervisor"])
        except ProcessLookupError:
            return True
        select.select([pidfd], [], [], seconds)
        os.close(pidfd)
        return not self.is_alive()

    def find(self):
        """Reads the state of a machine that somebody started."""
        if self.is_alive():
            with contextlib.suppress(FileNotFoundError):
                self.state = json.loads((self.path / "state.json").read_text(encoding="utf-8"))
                return self
        raise Failure(f"no machine {self.name!r} is running; start it with: scripts/vm start {self.name}")

    def console(self, lines=40):
        try:
            text = (self.path / "console.log").read_bytes().decode(errors="replace")
        except FileNotFoundError:
            return "(no console)"
        kept = "\n".join(text.replace("\r", "").splitlines()[-lines:])
        return kept or "(the console is empty)"

    # Starting

    @classmethod
    @contextlib.contextmanager
    def started(cls, name, image, **options):
        machine = cls(name)
        try:
            machine.start(image, **options)
            yield machine
        finally:
            machine.stop()

    def start(self, image, *, memory=DEFAULT_MEMORY, cold=True, writable=False, disk=None, boot_timeout=600,
              owner=None, lifetime=None):
        """Starts the supervisor, and waits until the agent answers.

        The machine ends with this process, until `release()`. `writable`: on the image's own disk. `disk`:
        on this one. Otherwise on a throw-away copy.
        """
        for other in Machine.all():
            if other.path != self.path and not other.is_alive():
                # An unfinished start holds no lock yet: leave young directories alone.
                with contextlib.suppress(FileNotFoundError):
                    if time.time() - other.path.stat().st_mtime > 60:
                        shutil.rmtree(other.path, ignore_errors=True)
        if self.is_alive():
            raise Failure(f"a machine {self.name!r} is running already; stop it with: scripts/vm stop {self.name}")
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(mode=0o700)

        resumed = None if cold or memory != DEFAULT_MEMORY or writable or disk else image.saved()
        if resumed and not (resumed / "token").exists():
            resumed = None
        token = (resumed / "token").read_text(encoding="ascii") if resumed else secrets.token_hex(16)
        arguments = [QEMU, *machine_arguments(memory)]
        arguments += [
            "-kernel", image.kernel, "-initrd", image.initrd, "-append", kernel_command_line(token),
            "-serial", f"file:{self.path / 'console.log'}",
            "-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:0-:{AGENT_PORT}",
            "-device", "virtio-net-pci,netdev=net,romfile=",
        ]
        source, form = (disk, "qcow2") if disk else (image.root, "raw")
        if resumed:
            source, form = resumed / "disk.qcow2", "qcow2"
            arguments += ["-incoming", f"exec:cat '{resumed / 'memory'}'"]
        throw_away = "off" if writable or disk else "on"
        arguments += [
            "-drive", f"file={source},format={form},if=none,id=root,cache=unsafe,discard=unmap,"
                      f"snapshot={throw_away}",
            "-device", "virtio-blk-pci,drive=root",
        ]

        deadline = Deadline(boot_timeout, "the machine's boot, until its agent answers")
        reader, self.leash = os.pipe()
        report_reader, report_writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(self.leash)
            os.close(report_reader)
            # Twice, so that nobody has to wait for the supervisor.
            if os.fork() == 0:
                supervise(self.path, [str(a) for a in arguments], token, reader, report_writer, owner, lifetime)
            os._exit(0)
        os.close(reader)
        os.close(report_writer)
        os.waitpid(pid, 0)
        with os.fdopen(report_reader, "rb") as file:
            select.select([file], [], [], deadline.left())
            report = file.read()
        self.state = json.loads(report) if report else {"error": "the supervisor ended without a report"}
        if "error" in self.state:
            raise Failure(f"the machine did not start: {self.state['error']}")
        self.wait_for_agent(deadline)

    def release(self):
        """Lets the machine outlive this process."""
        os.write(self.leash, b"released")
        os.close(self.leash)
        self.leash = None

    def wait_for_agent(self, deadline):
        while True:
            try:
                if execute(self, ["true"], Deadline(30, "the agent's first answer"), quiet=True) == 0:
                    return
            except (OSError, EOFError, Failure):
                pass
            if not self.is_alive():
                raise Failure(f"the machine ended before its agent answered. Its console:\n{self.last_console()}")
            try:
                deadline.left()
            except Failure as failure:
                raise Failure(f"{failure}. Its console:\n{self.console()}", EXIT_TIMEOUT) from None
            time.sleep(0.1)

    def last_console(self):
        """The console of a machine that has ended: the supervisor's last words, as it removes the directory."""
        words = self.path.with_name(self.path.name + ".console")
        try:
            text = words.read_text(encoding="utf-8")
            words.unlink()
            return text
        except FileNotFoundError:
            return self.console()

    def wait_for_boot(self, deadline):
        """Waits until systemd has started all units, dockerd among them."""
        script = (
            "state=$(systemctl is-system-running --wait); [ \"$state\" = running ] || "
            "{ systemctl --failed --no-legend --plain; journalctl -q -b -p err --no-pager -n 40; }; "
            "timeout 120 docker info >/dev/null")
        if execute(self, ["sh", "-c", script], deadline, to_stderr=True) != 0:
            raise Failure(f"dockerd did not start in the machine. Its console:\n{self.console()}")

    # Ending

    def ask_supervisor(self, request, deadline):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
            control.settimeout(deadline.left())
            try:
                control.connect(str(self.path / "control"))
                control.sendall(json.dumps(request).encode() + b"\n")
                answer = control.makefile("rb").readline()
            except TimeoutError:
                deadline.left()
                raise
        answer = json.loads(answer or b'{"error": "the supervisor ended"}')
        if "error" in answer:
            raise Failure(answer["error"])

    def power_off(self, deadline):
        """Shuts the machine down in order, so that its disk is clean."""
        pidfd = os.pidfd_open(self.state["supervisor"])
        execute(self, ["systemctl", "poweroff"], deadline, quiet=True)
        if not select.select([pidfd], [], [], deadline.left())[0]:
            deadline.left()
        os.close(pidfd)

    def stop(self):
        """Ends the machine, and waits until nothing of it is left."""
        if self.leash is not None:
            os.close(self.leash)
            self.leash = None
        pid = self.state.get("supervisor")
        if self.is_alive() and pid is None:
            with contextlib.suppress(FileNotFoundError, ValueError):
                pid = json.loads((self.path / "state.json").read_text(encoding="utf-8"))["supervisor"]
        if pid is not None and self.is_alive():
            with contextlib.suppress(ProcessLookupError):
                pidfd = os.pidfd_open(pid)
                signal.pidfd_send_signal(pidfd, signal.SIGTERM)
                if not select.select([pidfd], [], [], 30)[0]:
                    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
                    select.select([pidfd], [], [], 10)
                os.close(pidfd)
        elif pid is None:
            # The start was interrupted: the supervisor ends by its leash.
            deadline = time.monotonic() + 30
            while self.is_alive() and time.monotonic() < deadline:
                time.sleep(0.05)
        shutil.rmtree(self.path, ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            self.path.with_name(self.path.name + ".console").unlink()
